import { connect } from 'amqplib';
import { parkedQueueOf, queues } from 'ct-common-lib/bus';
import { poisonIn } from '../faults/poison.ts';
import type { PostgresServer } from '../servers/postgres.ts';
import type { RabbitServer } from '../servers/rabbitmq.ts';

const mostParked = 10_000;

/** What still waits for the broker or in it, and what is parked that should not be, or is not and should. */
export async function unfinishedWork({
  postgres,
  rabbit,
}: {
  postgres: Pick<PostgresServer, 'query'>;
  rabbit: RabbitServer;
}): Promise<string[]> {
  const wrong: string[] = [];
  for (const table of [
    'outbox',
    'cache_invalidation',
    'review_replay',
    'outbox_parked',
    'cache_invalidation_parked',
  ]) {
    const [row] = await postgres.query<{ count: number }>(
      'ct_api',
      `SELECT count(*)::int AS count FROM ${table}`,
    );
    if (row!.count > 0) wrong.push(`${table} holds ${row!.count} rows`);
  }
  if (wrong.length > 0) return wrong;

  const listed = await rabbit.ctl(
    'list_queues',
    '--silent',
    'name',
    'messages_ready',
    'messages_unacknowledged',
  );
  const counts = new Map(
    listed.split('\n').map((line) => [line.split('\t')[0]!, line.split('\t').slice(1).map(Number)]),
  );
  for (const queue of Object.keys(queues)) {
    const [ready, unacknowledged] = counts.get(queue) ?? [];
    if (ready === undefined) wrong.push(`there is no queue ${queue}`);
    else if (ready + unacknowledged! > 0)
      wrong.push(`${queue} holds ${ready} messages, and ${unacknowledged} are not acknowledged`);
  }
  for (const [queue, { certain, uncertain }] of poisonIn(rabbit)) {
    const name = parkedQueueOf(queue);
    const parked = await peek(rabbit.url, name);
    const innocent = [...parked].filter(([id]) => !certain.has(id) && !uncertain.has(id));
    for (const [id, reason] of innocent) wrong.push(`${name} holds ${id}, parked because: ${reason}`);
    for (const id of certain) if (!parked.has(id)) wrong.push(`the poison ${id} is not in ${name}`);
  }
  return wrong;
}

/** The ids of a queue's messages with the reason why they are parked. They stay there. */
async function peek(url: string, queue: string): Promise<Map<string, string>> {
  const connection = await connect(url, {
    timeout: 5_000,
    clientProperties: { connection_name: 'rig.peek' },
  });
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    const found = new Map<string, string>();
    for (let count = 0; count < mostParked; count++) {
      const message = await channel.get(queue);
      if (!message) break;
      const { headers } = message.properties;
      const reason: unknown = headers?.['x-parked-reason'] ?? JSON.stringify(headers?.['x-death']);
      found.set(String(message.properties.messageId), String(reason));
    }
    return found;
  } finally {
    // Whatever was not acknowledged goes back.
    await connection.close();
  }
}
