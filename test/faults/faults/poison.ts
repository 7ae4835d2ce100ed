import type { ConfirmChannel } from 'amqplib';
import { parkedQueueOf, type QueueName } from 'ct-common-lib/bus';
import type { RabbitServer } from '../servers/rabbitmq.ts';

/** The message ids of what was sent to a queue and no consumer can handle. Each begins with `poison-`. */
export interface Poison {
  /** RabbitMQ has confirmed them: they must be parked in the end. */
  certain: Set<string>;
  /** Sent without an answer, or lost with a queue that was deleted: they may be parked. */
  uncertain: Set<string>;
}

const records = new WeakMap<RabbitServer, Map<QueueName, Poison>>();

/** What poison went to each queue of this server. */
export function poisonIn(rabbit: RabbitServer): Map<QueueName, Poison> {
  const known = records.get(rabbit);
  if (known) return known;
  const record = new Map<QueueName, Poison>([
    ['rating-service.reviews', { certain: new Set(), uncertain: new Set() }],
    ['api-service.ratings', { certain: new Set(), uncertain: new Set() }],
  ]);
  records.set(rabbit, record);
  return record;
}

/** To be called before a queue is deleted: what is not parked by then may go with it. */
export async function doubtPoison(rabbit: RabbitServer, queue: QueueName, channel: ConfirmChannel) {
  const { certain, uncertain } = poisonIn(rabbit).get(queue)!;
  const parked = await parkedIds(channel, queue);
  for (const id of certain) {
    if (parked.has(id)) continue;
    certain.delete(id);
    uncertain.add(id);
  }
}

/** Reads without taking: what is not acknowledged goes back when the channel is closed. */
async function parkedIds(channel: ConfirmChannel, queue: QueueName): Promise<Set<string>> {
  const ids = new Set<string>();
  for (;;) {
    const message = await channel.get(parkedQueueOf(queue));
    if (!message) return ids;
    ids.add(String(message.properties.messageId));
  }
}
