// Puts one cache library to work: driver.mjs <file of this folder>. Does the tasks that it is sent, one at a time, and answers
// each with a number. All callers are in this process, as those of a service are.
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';

const { createCached } = await import(new URL(process.argv[2], import.meta.url));

/** Versions of products by id: what the database would hold. */
const versions = new Map();
let loads = 0;
let queryEnds = async () => {};

/** About as long as one of the API's. */
const productOf = (id, version) => ({
  id,
  sku: `SKU-${id}`,
  name: 'Trail shoe',
  description: 'Light, dry and made to last. '.repeat(4),
  brand: 'Ridgeway',
  price: '89.90',
  currency: 'EUR',
  averageRating: 4.28,
  reviewCount: 231,
  ratingDistribution: { 1: 9, 2: 13, 3: 22, 4: 48, 5: 139 },
  version,
});

const database = {
  async find(id) {
    loads++;
    const product = productOf(id, versions.get(id) ?? 1);
    await queryEnds();
    return product;
  },
  async save(id, version) {
    versions.set(id, version);
    return { id };
  },
};

/** `find` goes through the cache; `save` writes and invalidates as the library's manual says. */
const cached = await createCached({ redisUrl: process.env.REDIS_URL, database });

const ids = Array.from({ length: 1000 }, () => randomUUID());

/** How often per second `callers` come through who begin anew as soon as they are done. */
async function rateOf({ callers, seconds }, callOnce) {
  const begun = performance.now();
  const end = begun + seconds * 1000;
  let calls = 0;
  async function caller(number) {
    for (let call = 0; performance.now() < end; call++, calls++) await callOnce(number, call);
  }
  await Promise.all(Array.from({ length: callers }, (_, number) => caller(number)));
  return (calls * 1000) / (performance.now() - begun);
}

const tasks = {
  async hits(load) {
    await Promise.all(ids.map((id) => cached.find(id)));
    // Each caller at another place, so that no two ask for the same at the same time.
    const apart = Math.floor(ids.length / load.callers);
    const before = loads;
    const rate = await rateOf(load, (caller, call) => cached.find(ids[(caller * apart + call) % ids.length]));
    if (loads !== before) throw new Error(`${loads - before} of the hits were misses`);
    return rate;
  },

  async misses(load) {
    const run = randomUUID();
    const before = loads;
    let finds = 0;
    const rate = await rateOf(load, () => cached.find(`${run}-${finds++}`));
    if (loads - before !== finds) throw new Error(`${finds} misses led to ${loads - before} loads`);
    return rate;
  },

  /** The loads of one new product that all callers ask for at once, while its query runs. */
  async stampede({ callers }) {
    const id = randomUUID();
    const before = loads;
    queryEnds = () => setTimeout(20);
    await Promise.all(Array.from({ length: callers }, () => cached.find(id)));
    queryEnds = async () => {};
    return loads - before;
  },

  /**
   * How many products are read old after their write was acknowledged. For each, a reader's query has seen the old
   * version; the write commits and invalidates, and is acknowledged; then the query ends, and the reader keeps what it got.
   */
  async races({ count }) {
    const raced = Array.from({ length: count }, () => randomUUID());
    let openGate;
    const gate = new Promise((resolve) => (openGate = resolve));
    const before = loads;
    queryEnds = () => gate;
    const readers = raced.map((id) => cached.find(id));
    while (loads - before < count) await setImmediate();
    queryEnds = async () => {};

    await Promise.all(raced.map((id) => cached.save(id, 2)));
    openGate();
    await Promise.all(readers);
    // Nobody says when a value is kept that the reader has been given already.
    await setTimeout(200);
    const read = await Promise.all(raced.map((id) => cached.find(id)));
    return read.filter(({ version }) => version !== 2).length;
  },
};

process.on('message', async ({ task, ...options }) => {
  try {
    process.send({ figure: await tasks[task](options) });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.once('SIGTERM', () => process.exit());
process.send({ ready: true });
