import { connect } from 'amqplib';
import { exchangeName } from 'ct-common-lib/bus';
import { decodeEvent, type Event } from 'ct-common-lib/events';

/** Hears every event that is published on an exchange from now on, also those that are published again. */
export async function createEventTap(rabbitUrl: string, prefix: string) {
  const events: Event[] = [];
  const connection = await connect(rabbitUrl);
  const channel = await connection.createChannel();
  await channel.assertExchange(prefix + exchangeName, 'topic', { durable: true });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, prefix + exchangeName, '#');
  await channel.consume(queue, (message) => message && events.push(decodeEvent(message.content)), {
    noAck: true,
  });

  return {
    events,
    close: () => connection.close(),
  };
}

export type EventTap = Awaited<ReturnType<typeof createEventTap>>;
