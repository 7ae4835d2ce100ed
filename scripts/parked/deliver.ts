import type { Channel, ConsumeMessage } from 'amqplib';
import { AppError } from 'ct-common-lib';

/** A broker that delivers nothing for so long has lost the queue's leader, or is stuck. Longer than a handler takes to fail. */
const silenceMs = 15_000;

interface Wanted {
  channel: Channel;
  queue: string;
  wanted: number;
}

/**
 * Consumes `wanted` messages of a queue, and returns when each has been handled. What is not acknowledged goes back when the
 * channel is closed. Throws {@link AppError} `BROKER` if they do not come, or one cannot be handled.
 */
export async function deliver(
  { channel, queue, wanted }: Wanted,
  handle: (message: ConsumeMessage) => Promise<void> | void,
): Promise<void> {
  if (wanted === 0) return;
  let [delivered, handled] = [0, 0];
  await new Promise<void>((resolve, reject) => {
    const fail = (detail: string, cause?: unknown) => {
      clearTimeout(silence);
      reject(new AppError('BROKER', { detail: `${queue}: ${detail}`, cause }));
    };
    const silence = setTimeout(
      () => fail(`RabbitMQ delivered ${delivered} of ${wanted} messages, and then nothing more`),
      silenceMs,
    );

    async function take(message: ConsumeMessage) {
      await handle(message);
      silence.refresh();
      if (++handled < wanted) return;
      clearTimeout(silence);
      resolve();
    }

    const failWith = (error: Error) => fail(error.message, error);
    channel.on('error', failWith);
    channel.on('close', () => fail('the connection to RabbitMQ was lost'));
    const consuming = channel.consume(queue, (message) => {
      if (!message) return fail('the queue was deleted meanwhile');
      if (delivered === wanted) return;
      delivered++;
      silence.refresh();
      take(message).catch(failWith);
    });
    consuming.catch(failWith);
  });
}
