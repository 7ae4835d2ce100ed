import { gather } from '../gather.ts';
import type { Cache } from './cache.ts';
import type { Codec, Reader } from './reader.ts';

/** How the results of one method are cached. */
export interface ReadRule<Args extends unknown[], T> {
  /** Names the result among those of the method; contains `{…}`, a tag in braces, to suit Redis Cluster. */
  key: (...args: Args) => string;
  /** What the result depends on, e.g. `product:ID`: a bump of any of them makes it unreadable. 255 at the most. */
  tags: (...args: Args) => string[];
  /** ± 10 %. */
  ttlSeconds: number;
  /** For a result that is `null`, ± 10 %. Default 5. */
  nullTtlSeconds?: number;
  /** Default: JSON. */
  codec?: Codec<NonNullable<T>>;
}

/** The methods of `R` that read one item by its id, as `Batch` reads many. */
type SingleOf<R, Batch> = Batch extends (ids: infer Ids) => Promise<(infer T)[]>
  ? Ids extends readonly (infer Id)[]
    ? { [K in keyof R]: R[K] extends (id: Id) => Promise<T> ? K : never }[keyof R]
    : never
  : never;

export type Reads<R> = {
  [K in keyof R]?: R[K] extends (...args: infer Args) => Promise<infer T>
    ? ReadRule<Args, T> | { each: SingleOf<R, R[K]> }
    : never;
};

export type Writes<R> = {
  [K in keyof R]?: R[K] extends (...args: infer Args) => Promise<infer T>
    ? (result: T, ...args: Args) => string[]
    : never;
};

export interface WithCacheOptions<R> {
  cache: Cache;
  /** Label of the metrics and part of the keys; one repository, one name. */
  name: string;
  /**
   * Methods whose results are cached, which must read what is committed: never inside an open transaction,
   * never from a replica. `{ each: 'find' }` is for a batch method `(ids) => Promise<(T | null)[]>`, whose results
   * stand in the order of `ids`: its items share the entries of `find(id)`, and what several callers of `find` lack at
   * once is loaded by one call of it.
   */
  reads?: Reads<R>;
  /** Methods that have committed when they resolve, with the tags that they change. */
  writes?: Writes<R>;
}

type Method = (...args: unknown[]) => Promise<unknown>;
type LoadMany = (ids: unknown[]) => Promise<unknown[]>;
type AnyReadRule = ReadRule<unknown[], unknown>;

/**
 * The same repository, read through the cache. Results are shared by callers and must not be changed. A write that
 * throws bumps nothing: what became of it is for the invalidation table. All other methods are passed through.
 */
export function withCache<R extends object>(
  repository: R,
  { cache, name, reads = {}, writes = {} }: WithCacheOptions<R>,
): R {
  const methods = boundMethods(repository);
  const wrapped = { ...methods };
  const rules = Object.entries(reads) as [string, AnyReadRule | { each: string }][];
  const readers = new Map<string, { rule: AnyReadRule; reader: Reader<unknown> }>();

  const methodNamed = (method: string) => {
    const found = methods[method];
    if (!found) throw new TypeError(`${name} has no method ${method}`);
    return found;
  };

  const batches = new Map(rules.flatMap(([method, rule]) => ('each' in rule ? [[rule.each, method]] : [])));

  for (const [method, rule] of rules) {
    if ('each' in rule) continue;
    const { key, tags, ...options } = rule;
    const batch = batches.get(method);
    const load = batch ? loadTogether(methodNamed(method), checked(methodNamed(batch))) : methodNamed(method);
    const reader = cache.createReader<unknown>({ name, method, ...options });
    readers.set(method, { rule, reader });
    wrapped[method] = (...args) =>
      reader.read({ key: key(...args), tags: tags(...args) }, () => load(...args));
  }

  for (const [method, rule] of rules) {
    if (!('each' in rule)) continue;
    const single = readers.get(rule.each);
    if (!single) throw new TypeError(`${name}.${method} names ${rule.each}, which is not cached`);
    wrapped[method] = readEach(single, checked(methodNamed(method)));
  }

  for (const [method, tagsOf] of Object.entries(writes) as [string, (...args: unknown[]) => string[]][]) {
    const write = methodNamed(method);
    wrapped[method] = async (...args) => {
      const result = await write(...args);
      await cache.bump(tagsOf(result, ...args));
      return result;
    };
  }

  // What is no method shows through from the repository.
  return Object.create(repository, Object.getOwnPropertyDescriptors(wrapped)) as R;
}

/** A batch method that throws TypeError unless it gives one result for each id. */
const checked =
  (loadMany: Method) =>
  async (ids: unknown[]): Promise<unknown[]> => {
    const loaded = (await loadMany(ids)) as unknown[];
    if (loaded.length !== ids.length) throw new TypeError('A batch read must give one result for each id');
    return loaded;
  };

/** Who is alone asks alone. */
const loadTogether = (loadOne: Method, loadMany: LoadMany) =>
  gather(async (ids: unknown[]) => (ids.length === 1 ? [await loadOne(ids[0])] : loadMany(ids)));

function readEach(
  { rule, reader }: { rule: AnyReadRule; reader: Reader<unknown> },
  loadMany: LoadMany,
): Method {
  return async (given) => {
    const keyed = (given as unknown[]).map((id) => ({ id, key: rule.key(id), tags: rule.tags(id) }));
    const items = [...new Map(keyed.map((item) => [item.key, item])).values()];
    if (items.length === 0) return [];

    const values = await reader.readMany(items, (misses) => loadMany(misses.map(({ id }) => id)));
    if (items.length === keyed.length) return values;
    const valueOf = new Map(items.map(({ key }, i) => [key, values[i]]));
    return keyed.map(({ key }) => valueOf.get(key));
  };
}

/** All methods, own and inherited, that keep their `this` wherever they are called. */
function boundMethods(repository: object): Record<string, Method> {
  const methods = Object.create(null) as Record<string, Method>;
  for (let at = repository; at && at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const name of Object.getOwnPropertyNames(at)) {
      const value: unknown = Object.getOwnPropertyDescriptor(at, name)?.value;
      if (typeof value === 'function' && name !== 'constructor')
        methods[name] ??= value.bind(repository) as Method;
    }
  }
  return methods;
}
