import { randomBytes } from 'node:crypto';
import { waitFor } from 'ct-common-lib/testing';
import { createNameServer, createRabbitServer, type RabbitServer } from '../faults/servers/rabbitmq.ts';

const names = ['cluster-1', 'cluster-2', 'cluster-3'];
const timeoutMs = 90_000;

/** Three RabbitMQ nodes of one cluster, each of which may be killed and started again. */
export async function startRabbitCluster({ folder }: { folder: string }) {
  const nameServer = await createNameServer({ folder });
  const shared = { names: nameServer, cookie: randomBytes(16).toString('hex') };
  const settings = [
    'cluster_formation.peer_discovery_backend = classic_config',
    ...names.map((name, i) => `cluster_formation.classic_config.nodes.${i + 1} = ${name}@localhost`),
  ].join('\n');
  const nodes = await Promise.all(
    names.map((name) => createRabbitServer({ folder, name, settings: `${settings}\n`, shared })),
  );
  const [first, ...others] = nodes as [RabbitServer, ...RabbitServer[]];

  async function stop() {
    await Promise.all(nodes.map((node) => node.stop()));
    nameServer.stop();
  }

  /** Waits until all three know that they run. */
  const whole = () =>
    waitFor(
      'the three nodes to be one cluster',
      async () => {
        const { running_nodes: running } = JSON.parse(
          await first.ctl('cluster_status', '--formatter', 'json'),
        ) as { running_nodes: string[] };
        return running.length === names.length;
      },
      { timeoutMs, intervalMs: 500 },
    );

  try {
    // The first alone, so that the others have somebody to join.
    await first.start();
    await Promise.all(others.map((node) => node.start()));
    await whole();
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    nodes,
    /** All nodes. */
    url: `amqp://guest:guest@${nodes.map(({ port }) => `127.0.0.1:${port}`).join()}`,
    whole,

    /** The node that leads this queue, and how many nodes have it. */
    async leaderOf(queue: string): Promise<{ leader: RabbitServer; members: number }> {
      const listed = await first.ctl(
        'list_queues',
        '--silent',
        'name',
        'leader',
        'members',
        '--formatter',
        'json',
      );
      const found = (JSON.parse(listed) as { name: string; leader: string; members: string[] }[]).find(
        ({ name }) => name === queue,
      );
      if (!found) throw new Error(`There is no queue ${queue}`);
      const leader = nodes[names.indexOf(found.leader.split('@')[0]!)]!;
      return { leader, members: found.members.length };
    },

    stop,
  };
}

export type RabbitCluster = Awaited<ReturnType<typeof startRabbitCluster>>;
