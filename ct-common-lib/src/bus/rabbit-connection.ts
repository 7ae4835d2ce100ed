import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { connect, type ChannelModel } from 'amqplib';
import type { Logger } from '../logger.ts';
import { urlPerHost } from '../url-hosts.ts';
import { backoffMs, pause, within } from './waiting.ts';

export interface RabbitConnectionOptions {
  /** Several hosts stand in it with commas between. */
  url: string;
  /** Shown as the connection's name by the broker. */
  name: string;
  log: Logger;
  /** Keeps channels open on the connection until `closed` is aborted. */
  use: (model: ChannelModel, closed: AbortSignal) => Promise<void>;
  onConnected: (connected: boolean) => void;
}

const connectTimeoutMs = 5_000;
const closeTimeoutMs = 2_000;
const maxPauseMs = 2_000;

/**
 * Keeps one connection open: a lost one is replaced after a pause that grows from 100 ms to 2 s, for ever, by one to the next
 * of its hosts. The first is drawn, so that instances spread over them.
 * Not by amqplib's `recovery`: that waits without limit for the close of a half-dead link after its
 * `setup` failed, and it never notices a connection that ends while `setup` resolves.
 */
export function createRabbitConnection({ url, name, log, use, onConnected }: RabbitConnectionOptions) {
  const stopping = new AbortController();
  const urls = urlPerHost(url);
  let nextHost = Math.floor(Math.random() * urls.length);
  let model: ChannelModel | undefined;
  let socket = new AbortController();
  let kept: Promise<void> | undefined;

  async function keep() {
    for (let failures = 1; !stopping.signal.aborted; failures++) {
      socket = new AbortController();
      try {
        const opened = await open(urls[nextHost++ % urls.length]!, name, socket.signal);
        const closed = watch(opened);
        model = opened;
        log.info({ connection: name }, 'connected to RabbitMQ');
        onConnected(true);
        await use(opened, closed);
        failures = 0;
      } catch (error) {
        log.warn({ err: error, connection: name, failures }, 'no connection to RabbitMQ');
      }
      onConnected(false);
      await pause(backoffMs(failures, maxPauseMs), stopping.signal);
      // A half-open link would keep its socket, and the process, for minutes.
      socket.abort();
    }
  }

  function watch(opened: ChannelModel): AbortSignal {
    const closed = new AbortController();
    opened.on('error', (error) => log.warn({ err: error, connection: name }, 'RabbitMQ connection failed'));
    opened.on('close', (error) => {
      log.info({ connection: name, reason: error?.message }, 'RabbitMQ connection closed');
      closed.abort();
    });
    // amqplib does not pass this one on from the connection to its model.
    (opened.connection as unknown as EventEmitter).on('handler-error', (error: Error, event: string) =>
      log.error({ err: error, connection: name, event }, 'a listener on a RabbitMQ connection threw'),
    );
    return closed.signal;
  }

  return {
    start() {
      kept ??= keep();
    },

    /** Closes the connection, within 2 s also if the link is dead. */
    async stop() {
      stopping.abort();
      const closing = model?.close().catch(() => undefined) ?? Promise.resolve();
      await within(closeTimeoutMs, closing, () => undefined);
      socket.abort();
      await kept;
    },
  };
}

async function open(url: string, name: string, signal: AbortSignal): Promise<ChannelModel> {
  const address = new URL(url);
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', '5');
  const socketOptions = {
    // Without it Nagle's algorithm and delayed acknowledgements add 40 ms to every confirmed publish.
    noDelay: true,
    timeout: connectTimeoutMs,
    signal,
    clientProperties: { connection_name: name },
  };
  const model = await connect(address.href, socketOptions);
  // Its type does not tell of it.
  writeTogether((model.connection as unknown as { stream: Duplex }).stream);
  return model;
}

/**
 * Has all that is written in one turn of the event loop leave together: amqplib writes each message by itself, which is a
 * system call and a packet for each, of which a busy broker receives one at a time.
 */
function writeTogether(socket: Duplex): void {
  const write = socket.write.bind(socket) as (...message: unknown[]) => boolean;
  socket.write = (...message: unknown[]) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    return write(...message);
  };
}
