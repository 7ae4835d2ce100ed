import { setTimeout as delay } from 'node:timers/promises';
import { connect, type ConfirmChannel } from 'amqplib';
import type { RabbitServer } from '../servers/rabbitmq.ts';

/** A connection of the caller's own, straight to the server; it is closed with `work`, whatever state it is in. */
export async function withChannel<T>(
  { url }: RabbitServer,
  work: (channel: ConfirmChannel) => Promise<T>,
): Promise<T> {
  const connection = await connect(url, {
    timeout: 5_000,
    clientProperties: { connection_name: 'fault-rig' },
  });
  // What breaks it is told by the call that fails.
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    return await work(channel);
  } finally {
    await Promise.race([connection.close().catch(() => undefined), delay(2_000)]);
  }
}
