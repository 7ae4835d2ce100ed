import { findFreePort } from '../../../../test/faults/servers/free-port.ts';
import { waitFor } from '../../../src/testing/index.ts';
import { createRedisServer, type RedisServer } from './redis-server.ts';

const slots = 16_384;

/** A Redis Cluster of the caller's own: three primaries and a replica of each, which takes over after about two seconds. */
export async function startRedisCluster() {
  const servers = await Promise.all(
    Array.from({ length: 6 }, async () =>
      createRedisServer({
        settings: [
          ...['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'],
          ...['--cluster-port', String(await findFreePort())],
          // However long ago it heard of its primary.
          ...['--cluster-replica-validity-factor', '0'],
        ],
      }),
    ),
  );
  const drop = () => Promise.all(servers.map((server) => server.drop()));
  const [first, ...others] = servers as [RedisServer, ...RedisServer[]];
  const primaries = servers.slice(0, 3);
  const idOf = ({ admin }: RedisServer) => admin.cluster('MYID');

  /** First and last slot of each range, and the ports of its primary and its replicas. */
  async function rangesOf({ admin }: RedisServer) {
    const answer = (await admin.cluster('SLOTS')) as unknown as [number, number, ...[string, number][]][];
    return answer.map(([from, to, ...nodes]) => ({ from, to, ports: nodes.map(([, port]) => port) }));
  }

  /** Whether all agree on who serves what, and all replicas follow. */
  async function isWell() {
    const views = await Promise.all(servers.map(rangesOf));
    const infos = await Promise.all(servers.map(({ admin }) => admin.cluster('INFO')));
    const links = await Promise.all(servers.map(({ admin }) => admin.info('replication')));
    const primariesOf = views.map((view) =>
      view
        .map(({ from, to, ports }) => `${from} ${to} ${ports[0]}`)
        .toSorted()
        .join(),
    );
    return (
      new Set(primariesOf).size === 1 &&
      views.flat().every(({ ports }) => ports.length === 2) &&
      infos.every((info) => info.includes('cluster_state:ok')) &&
      links.filter((link) => /^master_link_status:up/m.test(link)).length === 3
    );
  }
  const well = () => waitFor('the cluster to be well', isWell, { timeoutMs: 60_000 });

  try {
    await Promise.all(servers.map((server) => server.start()));
    for (const { port, admin } of others) {
      await first.admin.call('CLUSTER', 'MEET', '127.0.0.1', port, await busPortOf(admin));
    }
    for (const [i, { admin }] of primaries.entries()) {
      const range = [Math.ceil((slots * i) / 3), Math.ceil((slots * (i + 1)) / 3) - 1];
      await admin.call('CLUSTER', 'ADDSLOTSRANGE', ...range);
    }
    for (const [i, { admin }] of servers.slice(3).entries()) {
      const id = await idOf(primaries[i]!);
      await waitFor('the replica to know its primary', () => admin.call('CLUSTER', 'REPLICATE', id), {
        timeoutMs: 30_000,
      });
    }
    await well();
  } catch (error) {
    await drop();
    throw error;
  }

  return {
    url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join()}`,
    servers,

    /** Who serves a key, and who follows it. */
    async serversOf(key: string) {
      const slot = await first.admin.cluster('KEYSLOT', key);
      const range = (await rangesOf(first)).find(({ from, to }) => from <= slot && slot <= to)!;
      const [primary, replica] = range.ports.map((port) => servers.find((server) => server.port === port)!);
      return { slot, primary: primary!, replica: replica! };
    },

    well,
    idOf,
    drop,
  };
}

export type RedisCluster = Awaited<ReturnType<typeof startRedisCluster>>;

async function busPortOf(admin: RedisServer['admin']) {
  const [, port] = (await admin.config('GET', 'cluster-port')) as [string, string];
  return port;
}
