import type { Channel } from 'amqplib';
import { TransientError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { backoffMs, onAbort, pause, within } from './waiting.ts';

const maxPauseMs = 2_000;
const answerTimeoutMs = 10_000;

/**
 * What the broker answers. Throws after 10 s: a RabbitMQ 3.10 that deletes a queue while others create it may never answer
 * them, nor close their channel.
 */
export function answered<T>(answer: PromiseLike<T>): Promise<T> {
  return within(answerTimeoutMs, Promise.resolve(answer), () => {
    throw new UnansweredError();
  });
}

class UnansweredError extends TransientError {
  constructor() {
    super('BUS_TIMEOUT', { detail: `RabbitMQ did not answer within ${answerTimeoutMs} ms` });
  }
}

export interface RabbitChannelOptions<C extends Channel> {
  open: () => Promise<C>;
  /** Declares and consumes; what it starts ends with `gone`. It may go on until then: if it throws, another channel is opened. */
  setUp: (channel: C, gone: AbortSignal) => Promise<void>;
  /** Aborted when the connection closes. */
  closed: AbortSignal;
  log: Logger;
}

/**
 * Keeps one channel open for as long as its connection is: amqplib replaces none that the broker closes (404, 406).
 * Throws if the connection opens no channel, or the broker does not answer on one; it is then of no use.
 */
export async function keepChannel<C extends Channel>({ open, setUp, closed, log }: RabbitChannelOptions<C>) {
  for (let failures = 1; !closed.aborted; failures++) {
    const channel = await answered(open());
    const gone = new AbortController();
    // First of all listeners: amqplib's own fails what is unconfirmed as if the broker had refused it.
    channel.prependListener('close', () => gone.abort());
    channel.on('error', (error) => log.warn({ err: error }, 'RabbitMQ channel failed'));
    channel.on('handler-error', (error, event) =>
      log.error({ err: error, event }, 'a listener on a RabbitMQ channel threw'),
    );
    try {
      await setUp(channel, gone.signal);
      failures = 0;
      await new Promise<void>((resolve) => onAbort(gone.signal, resolve));
    } catch (error) {
      if (error instanceof UnansweredError) throw error;
      log.warn({ err: error, failures }, 'RabbitMQ channel cannot be used');
      channel.close().catch(() => undefined);
    }
    await pause(backoffMs(failures, maxPauseMs), closed);
  }
}
