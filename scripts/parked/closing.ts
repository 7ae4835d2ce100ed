import type { Socket } from 'node:net';
import type { Channel, ChannelModel } from 'amqplib';

const closeTimeoutMs = 5_000;

/**
 * Closes a channel, or the connection itself. A broker that reads no more, as one that is out of memory does with who
 * publishes, does not answer that either: then the connection is cut, which gives back all that it holds.
 */
export async function closeInTime(what: Channel | ChannelModel, model: ChannelModel): Promise<void> {
  const { stream } = model.connection as unknown as { stream: Socket };
  await new Promise<void>((resolve) => {
    const cut = () => {
      stream.destroy(new Error('RabbitMQ does not answer'));
      resolve();
    };
    const limit = setTimeout(cut, closeTimeoutMs);
    const closed = () => {
      clearTimeout(limit);
      resolve();
    };
    what.close().then(closed, closed);
  });
}
