import { faultOf, hold, type Fault } from '../fault.ts';
import type { RedisServer } from '../servers/redis.ts';
import { outages } from './outages.ts';

const fault = faultOf('redis');

export const redisFaults: Fault[] = [
  ...outages('redis', { stalledSeconds: 4 }),

  fault('all clients killed, again and again', async ({ redis }, random) => {
    for (let round = 0; round < 8; round++) {
      await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
      await hold(random.next() / 2);
    }
  }),

  // It ends by itself; CLIENT UNPAUSE would be held up like any other command.
  fault('all clients paused for 3 s', async ({ redis }) => {
    await redis.command('CLIENT', 'PAUSE', '3000', 'ALL');
    await hold(3);
  }),

  fault('asleep for 5 s', async ({ redis }) => {
    await redis.command('DEBUG', 'SLEEP', '5');
  }),

  // So often that some fall between a reader's load and its store.
  fault('flushed again and again for 3 s', async ({ redis }, random) => {
    for (const end = Date.now() + 3_000; Date.now() < end;) {
      await redis.command('FLUSHALL');
      await hold(random.next() / 50);
    }
  }),

  fault('out of memory, evicts for 4 s', async ({ redis }) => {
    const { used, dataset } = await memoryOf(redis);
    try {
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random');
      // Most keys have to go; as buffers come and go, there are moments in which nothing can be stored at all.
      await redis.command('CONFIG', 'SET', 'maxmemory', String(Math.round(used - 0.7 * dataset)));
      await hold(4);
    } finally {
      await redis.command('CONFIG', 'SET', 'maxmemory', '0');
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    }
  }),
];

async function memoryOf(redis: RedisServer) {
  const info = String(await redis.command('INFO', 'memory'));
  const bytes = (field: string) => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1]);
  return { used: bytes('used_memory'), dataset: bytes('used_memory_dataset') };
}
