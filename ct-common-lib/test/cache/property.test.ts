import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { withCache } from '../../src/cache/index.ts';
import { createScheduledServer, fates, type Fate } from './support/scheduled-server.ts';
import { createTestCache } from './support/shop.ts';

const ids = ['a', 'b'];
const instances = [0, 1];

const weighted = (weights: Record<string, number>) =>
  fc.oneof(...Object.entries(weights).map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind) })));

const action = fc.record({
  kind: weighted({ find: 24, findMany: 9, write: 12, writeCutOff: 3, flush: 1, evict: 1, reconnect: 1 }),
  id: fc.constantFrom(...ids),
  instance: fc.constantFrom(...instances),
});
type Action = { kind: string; id: string; instance: number };

const fault = fc.constantFrom(...fates.filter((fate) => fate !== 'answered'));
// Mostly well: a store that often fails is not even asked.
const mostlyWell = fc.oneof(
  { weight: 40, arbitrary: fc.constant<Fate>('answered') },
  { weight: 1, arbitrary: fault },
);

describe('the cache, under any interleaving of reads, writes, bumps, faults, flushes and evictions', () => {
  it('gives a read that starts after a write was acknowledged that write or a newer one', async function () {
    await fc.assert(
      fc.asyncProperty(
        // A pause after each step, so that probes come in between.
        fc.scheduler({ act: (step) => step().then(() => setImmediate()) }),
        fc.infiniteStream(mostlyWell),
        fc.infiniteStream(fault),
        fc.array(fc.array(action, { minLength: 4, maxLength: 20 }), { minLength: 3, maxLength: 6 }),
        async (scheduler, wellOrNot, faults, clients) => {
          const server = createScheduledServer({
            turn: (what) => scheduler.schedule(Promise.resolve(), what),
            nextFate: () => wellOrNot.next().value as Fate,
            nextFault: () => faults.next().value as Fate,
          });
          const world = createWorld(server, (what) => scheduler.schedule(Promise.resolve(), what));
          try {
            await scheduler.waitFor(world.start());
            await scheduler.waitFor(Promise.all(clients.map((actions) => world.run(actions))));
          } finally {
            await world.stop();
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Two instances of a service over one database and one store. A row is a version. */
function createWorld(
  server: ReturnType<typeof createScheduledServer>,
  turn: (what: string) => Promise<unknown>,
) {
  const rows = new Map(ids.map((id) => [id, 0]));
  /** The invalidation table. */
  let owed: { id: string; version: number }[] = [];
  const world = instances.map(createInstance);
  type Instance = (typeof world)[number];

  function createInstance() {
    const link = server.createLink();
    const cache = createTestCache(link.store, { probeIntervalMs: 0, settleOwedBumps });

    async function settleOwedBumps() {
      await turn('settling');
      const now = [...owed];
      await cache.bumpOrThrow(now.map(({ id }) => id));
      owed = owed.filter((row) => !now.includes(row));
      for (const { id, version } of now) for (const { floor } of world) raise(floor, id, version);
    }

    async function findMany(wanted: string[]) {
      await turn('query');
      const found = wanted.map((id) => ({ version: rows.get(id) as number }));
      await turn('result');
      return found;
    }

    const repository = withCache(
      { findMany, find: async (id: string) => (await findMany([id]))[0] as { version: number } },
      {
        cache,
        name: 'rows',
        reads: {
          find: { key: (id) => id, tags: (id) => [id, 'all'], ttlSeconds: 60 },
          findMany: { each: 'find' },
        },
      },
    );
    /** The version that a read by this instance must not fall behind, by id. */
    const floor = new Map(ids.map((id) => [id, 0]));
    return { cache, link, repository, floor };
  }

  function raise(floor: Map<string, number>, id: string, version: number) {
    floor.set(id, Math.max(version, floor.get(id) as number));
  }

  async function write({ cache, floor }: Instance, id: string) {
    await turn('commit');
    const version = (rows.get(id) as number) + 1;
    rows.set(id, version);
    owed.push({ id, version });
    const bumped = await cache.bumpOrThrow([id]).then(
      () => true,
      () => false,
    );
    // Where only the writer is cut off from the store, it alone must see its write at once.
    for (const each of bumped ? world.map((instance) => instance.floor) : [floor]) raise(each, id, version);
  }

  async function read({ repository, floor }: Instance, wanted: string[]) {
    const least = wanted.map((id) => floor.get(id) as number);
    const [first] = wanted;
    const found =
      wanted.length === 1 ? [await repository.find(first as string)] : await repository.findMany(wanted);
    found.forEach(({ version }, i) => expect(version).to.be.at.least(least[i] as number));
  }

  async function run(actions: Action[]) {
    for (const { kind, id, instance } of actions) {
      await turn(`${kind} ${id}`);
      const at = world[instance] as Instance;
      if (kind === 'find') await read(at, [id]);
      if (kind === 'findMany') await read(at, ids);
      if (kind === 'write') await write(at, id);
      if (kind === 'writeCutOff') await at.link.losingBumps(() => write(at, id));
      if (kind === 'flush') server.flush();
      if (kind === 'evict') server.evict(`g:{${id}}`);
      if (kind === 'reconnect') at.link.reconnect();
    }
  }

  return {
    run,
    start: () => Promise.all(world.map(({ cache }) => cache.start())),
    stop: () => Promise.all(world.map(({ cache }) => cache.stop())),
  };
}
