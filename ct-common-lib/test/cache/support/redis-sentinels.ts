import { waitFor } from '../../../src/testing/index.ts';
import { createRedisServer, type RedisServer } from './redis-server.ts';

/** A primary, a replica and three sentinels of the caller's own, which find a primary that is away after half a second. */
export async function startRedisSentinels({ settings = [] as string[] } = {}) {
  const name = 'shop';
  const servers = await Promise.all([createRedisServer({ settings }), createRedisServer({ settings })]);
  const sentinels = await Promise.all(Array.from({ length: 3 }, () => createRedisServer({ sentinel: true })));
  const all = [...servers, ...sentinels];
  const drop = () => Promise.all(all.map((server) => server.drop()));

  const addressOf = async ({ admin }: RedisServer) =>
    (await admin.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as [string, string] | null;
  const serverAt = (port: string | undefined) => servers.find((server) => String(server.port) === port)!;
  const infoOf = async (server: RedisServer) => server.admin.info('replication');

  async function isReplicated() {
    const info = await infoOf(await primary());
    return /^role:master/m.test(info) && /^slave0:.*state=online/m.test(info);
  }

  /** The one that all sentinels hold for it. */
  async function primary(): Promise<RedisServer> {
    const known = await Promise.all(sentinels.map(addressOf));
    const ports = new Set(known.map((address) => address?.[1]));
    if (ports.size !== 1) throw new Error('The sentinels do not agree yet');
    return serverAt([...ports][0]);
  }

  try {
    await Promise.all(all.map((server) => server.start()));
    await servers[1].admin.replicaof('127.0.0.1', servers[0].port);
    for (const { admin } of sentinels) {
      const sentinel = (...args: (string | number)[]) => admin.call('SENTINEL', ...args);
      await sentinel('MONITOR', name, '127.0.0.1', servers[0].port, 2);
      await sentinel('SET', name, 'down-after-milliseconds', 500);
      await sentinel('SET', name, 'failover-timeout', 3_000);
    }
    const knowsAll = async ({ admin }: RedisServer) => {
      const master = String(await admin.call('SENTINEL', 'MASTER', name));
      return master.includes('num-slaves,1') && master.includes('num-other-sentinels,2');
    };
    await waitFor('the replica to follow', isReplicated, { timeoutMs: 30_000 });
    await waitFor(
      'the sentinels to know each other and the replica',
      async () => (await Promise.all(sentinels.map(knowsAll))).every(Boolean),
      { timeoutMs: 30_000 },
    );
  } catch (error) {
    await drop();
    throw error;
  }

  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join()}/${name}`,
    servers,
    sentinels,
    primary,

    /** Has the replica take over, which has everything. Returns once the one before follows it. */
    async failOver() {
      const before = await primary();
      await waitFor('a sentinel to begin', () => sentinels[0]!.admin.call('SENTINEL', 'FAILOVER', name));
      await waitFor('the replica to take over', async () => (await primary()) !== before);
      // As the sentinels will do, but after ten seconds.
      await before.admin.replicaof('127.0.0.1', (await primary()).port);
      await waitFor('the one before to follow', isReplicated);
    },

    isReplicated,
    drop,
  };
}

export type RedisSentinels = Awaited<ReturnType<typeof startRedisSentinels>>;
