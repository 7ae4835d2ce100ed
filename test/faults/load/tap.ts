import { connect, type ChannelModel, type ConsumeMessage } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeEvent, type Event } from 'ct-common-lib/events';
import { queues } from 'ct-common-lib/bus';
import { waitFor } from 'ct-common-lib/testing';
import type { Rig } from '../rig.ts';

const queue = 'tap';
/** The tracer's routing key of what is published to queues by their names: `publish.` and the exchange's name, which is empty. */
const defaultExchange = 'publish.';
/** The message ids of what faults send begin so: it is no event, and is meant to be none. */
const poisonPrefix = 'poison-';
const retryMs = 500;
/** More than that is not kept for a check: each is only one more event that might be wrong. */
const maxKept = 100_000;

/** What the tracer tells of a message in its headers. */
interface Traced {
  routing_keys: string[];
  properties: { message_id?: string };
}

export interface TapDeps {
  rig: Pick<Rig, 'rabbit'>;
  note: (text: string) => void;
  violation: (text: string) => void;
}

/**
 * Reads every event that is published to the services' queues. By way of the broker's tracer, which is told of each publishing
 * and counts as no receiver: what no queue takes is returned as unroutable as ever. What is published while the tap is cut off
 * is missed.
 */
export function createTap({ rig, note, violation }: TapDeps) {
  const stopping = new AbortController();
  let kept: Event[] = [];
  let seen = 0;
  let reads = false;
  let model: ChannelModel | undefined;

  function record({ content, properties }: ConsumeMessage) {
    const traced = properties.headers as Traced;
    if (!traced.routing_keys.some((key) => key in queues)) return;
    if (traced.properties.message_id?.startsWith(poisonPrefix)) return;
    seen++;
    try {
      const event = decodeEvent(content);
      if (kept.length < maxKept) kept.push(event);
    } catch (error) {
      violation(`an event was published that is none: ${(error as Error).message}: ${content.toString()}`);
    }
  }

  /** Returns when the tap is cut off. */
  async function listen() {
    const address = new URL(rig.rabbit.url);
    address.searchParams.set('heartbeat', '5');
    const options = { timeout: 5_000, clientProperties: { connection_name: 'rig.tap' } };
    const opened = await connect(address.href, options);
    model = opened;
    const closed = new Promise<void>((resolve) => {
      opened.on('close', () => resolve());
      opened.on('error', () => resolve());
    });
    try {
      if (stopping.signal.aborted) return;
      // Forgotten by a broker that was restarted.
      await rig.rabbit.ctl('trace_on');
      const channel = await opened.createChannel();
      const ended = new Promise<void>((resolve) => {
        channel.on('close', () => resolve());
        channel.on('error', () => resolve());
      });
      await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
      await channel.bindQueue(queue, 'amq.rabbitmq.trace', defaultExchange);
      await channel.prefetch(500);
      const cancelled = new Promise<void>((resolve, reject) => {
        const take = channel.consume(queue, (message) => {
          if (!message) return resolve();
          record(message);
          channel.ack(message);
        });
        take.catch(reject);
      });
      reads = true;
      await Promise.race([closed, ended, cancelled]);
    } finally {
      await Promise.race([opened.close().catch(() => undefined), sleep(2_000, undefined, { ref: false })]);
    }
  }

  async function keepListening() {
    while (!stopping.signal.aborted) {
      await listen().catch((error: Error) => note(`the tap is cut off: ${error.message}`));
      await sleep(retryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  let listening: Promise<void> | undefined;

  return {
    /** Returns once it reads. */
    async start() {
      listening ??= keepListening();
      await waitFor('the tap reads', () => reads, { timeoutMs: 60_000 });
    },

    /** The events since the last call. */
    take(): Event[] {
      const taken = kept;
      kept = [];
      return taken;
    },

    /** For a later look, when these could not be checked. */
    putBack: (events: Event[]) => void (kept = [...events, ...kept].slice(0, maxKept)),

    figures: () => ({ 'events read': seen }),

    async stop() {
      stopping.abort();
      await model?.close().catch(() => undefined);
      await listening;
    },
  };
}

export type Tap = ReturnType<typeof createTap>;
