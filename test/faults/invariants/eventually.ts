import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { differencesOf, productIdChunks } from '../../../scripts/rating-audit.ts';
import { call } from '../load/call.ts';
import type { Load } from '../load/load.ts';
import type { Rig } from '../rig.ts';
import type { PostgresServer } from '../servers/postgres.ts';
import type { ServiceProcess } from '../service-process.ts';
import { wrongConnections } from './connections.ts';
import { differencesFromLog } from './final-state.ts';
import { unfinishedWork } from './queues.ts';

export interface SettleOptions {
  deadlineSeconds: number;
}

const betweenLooksMs = 500;
/** Of each kind; there may be thousands of one cause. */
const mostTold = 10;

/**
 * Waits, once the clients have stopped and nothing is broken any more, until everything is right, and gives what is still
 * wrong when the time is up: nothing, if all is well.
 */
export async function settled(rig: Rig, load: Load, { deadlineSeconds }: SettleOptions) {
  const looks: Looks = {
    services: () => unreadyServices(rig),
    'outbox and queues': () => unfinishedWork(rig),
    ratings: () => wrongRatings(rig),
    connections: () => wrongConnections(rig),
    writes: () => differencesFromLog(rig, load),
  };
  return stillWrong(looks, { deadlineSeconds });
}

/** By what is looked at; each gives what is wrong. */
export type Looks = Record<string, () => Promise<string[]>>;

/** Looks at each until nothing is wrong with it, and gives what is still wrong when the time for all of them is up. */
export async function stillWrong(looks: Looks, { deadlineSeconds }: SettleOptions): Promise<string[]> {
  const deadline = Date.now() + deadlineSeconds * 1000;
  const wrong: string[] = [];
  for (const [what, look] of Object.entries(looks)) {
    for (;;) {
      const seen = await look().catch((error: Error) => [`could not be looked at: ${error.stack}`]);
      if (seen.length === 0) break;
      if (Date.now() >= deadline) {
        const told = seen.slice(0, mostTold);
        if (seen.length > told.length) told.push(`and ${seen.length - told.length} more`);
        wrong.push(...told.map((text) => `not settled after ${deadlineSeconds} s: ${what}: ${text}`));
        break;
      }
      await sleep(betweenLooksMs);
    }
  }
  return wrong;
}

export async function unreadyServices({
  services,
}: {
  services: readonly ServiceProcess[];
}): Promise<string[]> {
  const replies = await Promise.all(services.map(({ baseUrl }) => call('GET', `${baseUrl}/health/ready`)));
  return replies.flatMap(({ status, body, lost }, index) => {
    const parts = Object.entries((body as { parts?: Record<string, string> } | undefined)?.parts ?? {});
    const unwell = parts.filter(([part, state]) => wellStates[part] !== state);
    if (status === 200 && unwell.length === 0) return [];
    return [`${services[index]!.name} answers ${lost ?? status} with ${JSON.stringify(body)}`];
  });
}

/** Also helpers that readiness does without must be in use again. */
const wellStates: Record<string, string | undefined> = {
  postgres: 'up',
  migrations: 'done',
  cache: 'in-use',
  bus: 'connected',
  store: 'current',
  replicas: 'in-use',
};

/** For every product: reviews, register, histogram, products row and what each instance serves. */
export async function wrongRatings({
  postgres,
  apis,
}: {
  postgres: Pick<PostgresServer, 'url'>;
  apis: readonly ServiceProcess[];
}): Promise<string[]> {
  const [api, rating] = ['ct_api', 'ct_rating'].map(
    (database) =>
      new Client({
        connectionString: postgres.url(database),
        connectionTimeoutMillis: 5_000,
        statement_timeout: 30_000,
        application_name: 'fault-rig',
      }),
  ) as [Client, Client];
  try {
    for (const client of [api, rating]) {
      client.on('error', () => undefined);
      await client.connect();
    }
    const wrong: string[] = [];
    for await (const ids of productIdChunks({ api, rating }, 500))
      for (const { name, baseUrl } of apis) {
        const differences = await differencesOf({ api, rating, apiUrl: baseUrl }, ids);
        for (const { productId, place, says, truth } of differences)
          wrong.push(
            `product ${productId}: the ${place} (by ${name}) says ${says}; by its reviews it is ${truth}`,
          );
      }
    return wrong;
  } finally {
    await Promise.all([api.end(), rating.end()]);
  }
}
