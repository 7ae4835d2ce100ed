import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import { parkedQueueOf } from 'ct-common-lib/bus';
import { closeInTime } from './closing.ts';
import { deliver } from './deliver.ts';
import type { ParkedMessage, Parking } from './parking.ts';
import { printable, printableBody } from './printable.ts';

/** So many are on their way back at once; one may be large. */
const inFlight = 50;
/** What one consumer can hold: the protocol knows no larger number, and quorum queues no "all". */
const largestPrefetch = 65_535;
const returnTimeoutMs = 30_000;
const confirmTimeoutMs = 10_000;

export interface ParkedQueueOptions {
  model: ChannelModel;
  origin: string;
  prefix: string;
  /** Called for each message that is looked at. */
  onSeen: () => void;
}

/** The parking queue of one queue. */
export function createParkedQueue({ model, origin, prefix, onSeen }: ParkedQueueOptions): Parking {
  const queue = prefix + origin;
  const parkedQueue = parkedQueueOf(queue);
  /** Channels on which a message came back, as no queue took it. */
  const refused = new WeakSet<ConfirmChannel>();

  /** A queue that nobody has declared yet is as good as an empty one. */
  async function count() {
    const channel = await model.createChannel();
    channel.on('error', () => undefined);
    try {
      const { messageCount } = await channel.checkQueue(parkedQueue);
      await channel.close();
      return messageCount;
    } catch (error) {
      if ((error as { code?: number }).code === 404) return 0;
      throw error;
    }
  }

  /**
   * Holds all messages at once while they are looked at and while `work` settles some, and tells how many. What goes back
   * alone would line up behind those that have gone back before; all that is not settled goes back in its order.
   */
  async function holdAll(
    see: (message: ConsumeMessage, channel: ConfirmChannel) => void,
    work: () => Promise<number> = async () => 0,
  ) {
    const channels: ConfirmChannel[] = [];
    let held = 0;
    try {
      for (let left = await count(); left > 0; left -= largestPrefetch) {
        const wanted = Math.min(left, largestPrefetch);
        held += wanted;
        const channel = await open();
        channels.push(channel);
        await channel.prefetch(wanted);
        await deliver({ channel, queue: parkedQueue, wanted }, (message) => {
          onSeen();
          see(message, channel);
        });
      }
      held -= await work();
    } finally {
      for (const channel of channels) await closeInTime(channel, model);
    }
    // The broker takes a moment, in which the next command would find none.
    for (const deadline = Date.now() + returnTimeoutMs; (await count()) < held && Date.now() < deadline;)
      await sleep(20);
  }

  async function open() {
    const channel = await model.createConfirmChannel();
    channel.on('return', () => refused.add(channel));
    return channel;
  }

  async function settle(action: 'requeue' | 'discard', message: ConsumeMessage, channel: ConfirmChannel) {
    if (action === 'requeue') {
      await publish(channel, queue, message);
      // The broker returns a message before it confirms it; whosever it was, there is no queue for this one either.
      if (refused.has(channel))
        throw new Error(`there is no queue ${queue} to put messages back into; api-service creates it`);
    }
    channel.ack(message);
  }

  return {
    origin,
    count,

    async look(limit, see) {
      let left = limit;
      await holdAll((message) => {
        if (left-- > 0) see(describe(origin, message));
      });
    },

    async take(action, ids, done) {
      const chosen: { parked: ParkedMessage; message: ConsumeMessage; channel: ConfirmChannel }[] = [];
      const choose = (message: ConsumeMessage, channel: ConfirmChannel) => {
        const parked = describe(origin, message);
        if (ids.has(parked.id)) chosen.push({ parked, message, channel });
      };
      await holdAll(choose, async () => {
        for (const { parked, message, channel } of chosen) {
          await settle(action, message, channel);
          done(parked);
        }
        return chosen.length;
      });
    },

    async takeAll(action, limit, done) {
      // What is parked meanwhile may be what was just put back, and is left.
      const wanted = Math.min(limit, await count());
      const channel = await open();
      try {
        await channel.prefetch(inFlight);
        await deliver({ channel, queue: parkedQueue, wanted }, async (message) => {
          onSeen();
          const parked = describe(origin, message);
          await settle(action, message, channel);
          done(parked);
        });
      } finally {
        await closeInTime(channel, model);
      }
    },
  };
}

async function publish(channel: ConfirmChannel, queue: string, { content, properties }: ConsumeMessage) {
  const headers = Object.fromEntries(
    Object.entries(properties.headers ?? {}).filter(([name]) => !isOurs(name)),
  );
  // `userId` would be compared with the user of this connection, and the channel closed.
  const options = { ...properties, userId: undefined, headers, mandatory: true, persistent: true };
  await new Promise<void>((resolve, reject) => {
    const unconfirmed = `RabbitMQ did not confirm within ${confirmTimeoutMs / 1000} s that ${queue} has the message, which stays parked and may have got there too: RabbitMQ may be out of memory or disk, or have lost the majority of its nodes`;
    const limit = setTimeout(() => reject(new Error(unconfirmed)), confirmTimeoutMs);
    channel.publish('', queue, content, options, (cause) => {
      clearTimeout(limit);
      if (cause) reject(new Error(`${queue} takes no message back: it may be full`, { cause }));
      else resolve();
    });
  });
}

/** Headers that tell of the parking, and those by which the broker would send copies elsewhere. */
const isOurs = (name: string) =>
  /^(x-parked-|x-death$|x-(first|last)-death-|x-delivery-count$|x-acquired-count$|x-publish-token$|b?cc$)/i.test(
    name,
  );

function describe(origin: string, { content, properties }: ConsumeMessage): ParkedMessage {
  const { headers = {}, ...others } = properties;
  const text = (name: string) => (typeof headers[name] === 'string' ? printable(headers[name]) : null);
  const death = deathOf(headers['x-death']);
  return {
    origin,
    id: idOf(properties.messageId, content),
    type: typeOf(content),
    code: text('x-parked-code') ?? (death ? printable(death.reason.toUpperCase()) : null),
    reason: text('x-parked-reason') ?? (death ? brokersReason(death.reason) : 'No reason was given'),
    failedAt: text('x-parked-at') ?? death?.at ?? null,
    attempts: Number.isInteger(headers['x-parked-attempts']) ? Number(headers['x-parked-attempts']) : null,
    details: () => [
      ['Properties', describeFields(others)],
      ['Headers', describeFields(headers)],
      [`Body, ${content.length.toLocaleString('en')} bytes`, printableBody(content)],
    ],
  };
}

/** One that came without an id has one of its bytes: the same at every look, whatever happens to the others. */
function idOf(messageId: unknown, content: Buffer): string {
  if (typeof messageId === 'string' && messageId !== '') return printable(messageId);
  return `~${createHash('sha256').update(content).digest('hex').slice(0, 12)}`;
}

function typeOf(content: Buffer): string | null {
  try {
    const { type } = JSON.parse(content.toString()) as { type?: unknown };
    return typeof type === 'string' ? printable(type) : null;
  } catch {
    return null;
  }
}

/** What the broker writes on a message that it parks itself. */
function deathOf(header: unknown) {
  const [death] = Array.isArray(header) ? (header as unknown[]) : [];
  const { reason, time } = (death ?? {}) as { reason?: unknown; time?: { value?: unknown } };
  if (typeof reason !== 'string') return undefined;
  const at = new Date(Number(time?.value) * 1000);
  // What anybody can write need be no time that a calendar has.
  return { reason, at: Number.isNaN(at.getTime()) ? null : at.toISOString() };
}

const brokersReason = (reason: string) => {
  const known: Record<string, string> = {
    delivery_limit: 'The broker put it aside: it was delivered too often without being acknowledged',
    rejected: 'The broker put it aside: its headers left no room for a reason',
  };
  return known[reason] ?? `The broker put it aside: ${printable(reason)}`;
};

function describeFields(fields: object): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const text = (value: unknown) =>
    printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
  return given.map(([name, value]) => `${printable(name)}: ${text(value)}`).join('\n');
}
