import { IllegalOperationError, type ChannelModel, type ConfirmChannel, type Options } from 'amqplib';
import { TransientError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { onAbort, within } from './waiting.ts';
import type { PublishOutcome } from './bus.ts';
import { outcomeOfCopies } from './copies.ts';
import { answered, keepChannel } from './rabbit-channel.ts';

/** One content for the broker. */
export interface Outgoing {
  /** The queues that must have it: each is sent a copy by its name, which no lost binding and no other queue can alter. */
  queues: string[];
  /** The type of an event: it goes to the exchange as well, for whoever else listens. */
  type?: string;
  content: Buffer;
  options: Options.Publish;
}

export interface RabbitPublisherOptions {
  exchange: string;
  publishTimeoutMs: number;
  log: Logger;
}

interface Copy extends Pick<Outgoing, 'content' | 'options'> {
  exchange: string;
  routingKey: string;
}

interface Session {
  send: (copy: Copy) => Promise<PublishOutcome>;
  /** Rejects whatever still waits for its confirm. */
  fail(error: TransientError): void;
  close(): void;
}

/** Names one publishing, so that a return is matched with it also if the same event is in flight twice. */
const tokenHeader = 'x-publish-token';

/** More in flight make it no faster, and a lost channel leaves as many of unknown outcome. */
const sliceSize = 500;

/** Publishes on one confirm channel, and waits for what the broker says to every message. */
export function createRabbitPublisher({ exchange, publishTimeoutMs, log }: RabbitPublisherOptions) {
  let session: Session | undefined;
  let blocked = false;

  async function setUp(channel: ConfirmChannel, gone: AbortSignal) {
    await answered(channel.assertExchange(exchange, 'topic', { durable: true }));
    const opened = createSession(channel);
    session = opened;
    onAbort(gone, () => {
      if (session === opened) session = undefined;
      opened.fail(unavailable('The channel to RabbitMQ was closed'));
    });
  }

  /** In slices, each a whole, which has its time: what was lost with the channel is no more than that. */
  async function sendAll<O>(
    current: Session,
    messages: Outgoing[],
    send: (message: Outgoing) => Promise<O>,
  ): Promise<O[]> {
    const outcomes: O[] = [];
    for (let first = 0; first < messages.length; first += sliceSize) {
      const slice = Promise.all(messages.slice(first, first + sliceSize).map(send));
      outcomes.push(...(await within(publishTimeoutMs, slice, () => giveUp(current))));
    }
    return outcomes;
  }

  /** What the channel still owes is forgotten with it, so that late confirms neither pile up nor are mistaken. */
  function replaceChannel(current: Session) {
    if (session !== current) return;
    session = undefined;
    current.close();
  }

  function giveUp(current: Session): never {
    replaceChannel(current);
    const error = new TransientError('BUS_TIMEOUT', {
      detail: `RabbitMQ confirmed nothing for ${publishTimeoutMs} ms`,
    });
    current.fail(error);
    throw error;
  }

  function sendToQueues(messages: Outgoing[], current: Session) {
    return sendAll(current, messages, async ({ queues, content, options }) => {
      const copies = queues.map((routingKey) => current.send({ exchange: '', routingKey, content, options }));
      return outcomeOfCopies(await Promise.all(copies));
    });
  }

  /** The first of a type tells whether anybody listens: copies that go nowhere would cost as much as the others. */
  async function sendToOthers(messages: Outgoing[], current: Session) {
    const types = new Set(messages.flatMap(({ type }) => type ?? []));
    const each = [...types].map(async (routingKey) => {
      const [first, ...rest] = messages.filter(({ type }) => type === routingKey);
      const send = (some: Outgoing[]) =>
        sendAll(current, some, ({ content, options }) =>
          current.send({ exchange, routingKey, content, options }),
        );
      const [outcome] = await send([first!]);
      return outcome!.status === 'unroutable' ? [] : [outcome!, ...(await send(rest))];
    });
    const refused = (await Promise.all(each)).flat().filter(({ status }) => status === 'refused');
    // Nobody who binds a queue of his own and has it refuse can hold up what the others wait for.
    if (refused.length > 0) {
      log.warn(
        { exchange, events: refused.length, outcome: refused[0] },
        'a queue that somebody has bound to the exchange refuses events; it will lack them',
      );
    }
  }

  return {
    /** Keeps the channel to publish on, until `closed` is aborted. */
    async use(model: ChannelModel, closed: AbortSignal) {
      onAbort(closed, () => (blocked = false));
      model.on('blocked', (reason) => {
        log.warn({ reason }, 'RabbitMQ takes no messages now');
        blocked = true;
        session?.fail(unavailable(`RabbitMQ takes no messages now: ${reason}`));
      });
      model.on('unblocked', () => {
        log.info('RabbitMQ takes messages again');
        blocked = false;
      });
      await keepChannel({ open: () => model.createConfirmChannel(), setUp, closed, log });
    },

    /** Outcomes in the order of `messages`. Throws `TransientError`: any of them may still have arrived. */
    async publish(messages: Outgoing[]): Promise<PublishOutcome[]> {
      const current = session;
      if (!current) throw unavailable('There is no connection to RabbitMQ');
      if (blocked) throw unavailable('RabbitMQ takes no messages now');
      const [outcomes] = await Promise.all([
        sendToQueues(messages, current),
        sendToOthers(messages, current),
      ]);
      // RabbitMQ 3.10 goes on to refuse all that comes on a channel that was opened while a queue had no leader.
      if (outcomes.some(({ status }) => status === 'refused')) replaceChannel(current);
      return outcomes;
    },

    state: () => (blocked ? 'blocked' : session ? 'connected' : 'connecting'),
  };
}

export type RabbitPublisher = ReturnType<typeof createRabbitPublisher>;

function createSession(channel: ConfirmChannel): Session {
  const inFlight = new Map<string, { returned: boolean; reject: (error: TransientError) => void }>();
  let count = 0;

  // A return comes before its confirm.
  channel.on('return', ({ properties }) => {
    const message = inFlight.get(String(properties.headers?.[tokenHeader]));
    if (message) message.returned = true;
  });

  return {
    send({ exchange, routingKey, content, options }) {
      return new Promise((resolve, reject) => {
        const token = String(++count);
        const message = { returned: false, reject };
        const headers: unknown = { ...options.headers, [tokenHeader]: token };
        const settle = (error: Error | null) => {
          inFlight.delete(token);
          if (error) resolve({ status: 'refused', reason: error.message });
          else resolve({ status: message.returned ? 'unroutable' : 'confirmed' });
        };
        try {
          channel.publish(
            exchange,
            routingKey,
            content,
            { ...options, headers, mandatory: true, persistent: true },
            settle,
          );
          inFlight.set(token, message);
        } catch (error) {
          if (error instanceof IllegalOperationError)
            reject(unavailable('The channel to RabbitMQ is closing', error));
          else throw error;
        }
      });
    },

    fail(error) {
      for (const { reject } of inFlight.values()) reject(error);
      inFlight.clear();
    },

    close() {
      channel.close().catch(() => undefined);
    },
  };
}

function unavailable(detail: string, cause?: unknown) {
  return new TransientError('BUS_UNAVAILABLE', { detail, cause });
}
