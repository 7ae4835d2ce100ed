import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from 'ct-common-lib/testing';
import { newAdmin } from '../../api-service/test/support/tokens.ts';
import { call } from '../faults/load/call.ts';
import type { ServiceProcess } from '../faults/service-process.ts';
import type { Cluster } from './cluster.ts';

/** Something that dies, and comes back. */
export interface Act {
  name: string;
  /** Returns when it is gone, with what brings it back. */
  kill(cluster: Cluster): Promise<{ mend: () => Promise<unknown>; isNoticed?: () => Promise<boolean> }>;
}

const patience = { timeoutMs: 60_000, intervalMs: 200 };

const partOf = async ({ baseUrl }: ServiceProcess, part: string) => {
  const { body } = await call('GET', `${baseUrl}/health/ready`);
  return (body as { parts: Record<string, string> } | undefined)?.parts[part];
};

const killService = (name: string, choose: (cluster: Cluster) => ServiceProcess): Act => ({
  name,
  async kill(cluster) {
    const service = choose(cluster);
    await service.kill();
    return { mend: () => service.start() };
  },
});

export const acts: readonly Act[] = [
  {
    name: 'the RabbitMQ node is killed that leads the queue of reviews',
    async kill({ rabbit }) {
      const { leader, members } = await rabbit.leaderOf('rating-service.reviews');
      if (members !== 3) throw new Error(`The queue of reviews is on ${members} nodes instead of 3`);
      await leader.kill();
      return {
        async mend() {
          await leader.start();
          await rabbit.whole();
        },
      };
    },
  },
  killService('an api-service is killed', ({ apis }) => apis[0]!),
  killService('a rating-service is killed', ({ ratings }) => ratings[0]!),
  {
    name: 'the Redis primary is killed',
    async kill({ redis, apis }) {
      const primary = await redis.primary();
      await primary.kill();
      return {
        // As a replica of the new one, which the sentinels make of it.
        async mend() {
          await primary.start();
          await waitFor('the former primary to follow', () => redis.isReplicated(), patience);
        },
        async isNoticed() {
          const states = await Promise.all(apis.map((api) => partOf(api, 'cache')));
          return (await redis.primary()) !== primary && states.every((state) => state === 'in-use');
        },
      };
    },
  },
  {
    name: 'the replica of PostgreSQL is stopped',
    async kill({ replica, apis }) {
      await replica.stop();
      return {
        mend: () => replica.start(),
        isNoticed: async () =>
          (await Promise.all(apis.map((api) => partOf(api, 'replicas')))).every((state) => state === 'late'),
      };
    },
  },
];

/** Plays one: kills, holds, sees that a review still reaches its average by the balancer, and mends. Throws if any of that does not come about. */
export async function play(act: Act, cluster: Cluster, seconds: number) {
  const { mend, isNoticed } = await act.kill(cluster);
  await sleep(seconds * 1000);
  if (isNoticed) await waitFor(`it to be noticed that ${act.name}`, isNoticed, patience);
  await expectRated(cluster);
  await mend();
}

/** A new review counts, while something is away. */
export async function expectRated({ url }: Cluster) {
  const headers = { Authorization: `Bearer ${await newAdmin()}` };
  const create = async (path: string, json: object) =>
    waitFor(
      `POST ${path} to be answered`,
      async () => {
        const { status, body } = await call('POST', url + path, json, headers);
        return status === 201 && (body as { id: string }).id;
      },
      patience,
    );
  const productId = await create('/api/products', { sku: `rated-${Date.now()}`, name: 'Rated' });
  await create('/api/reviews', { productId, rating: 4 });
  await waitFor(
    'the review to be counted',
    async () => {
      const { body } = await call('GET', `${url}/api/products/${productId}`);
      return (body as { averageRating: number | null } | undefined)?.averageRating === 4;
    },
    patience,
  );
}
