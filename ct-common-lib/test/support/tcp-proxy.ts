import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createFlow, type Flow, type Mode } from './tcp-flow.ts';

/** `up` is from the client to the server. */
export type Direction = 'up' | 'down';

/** Where connections lead. Default host: 127.0.0.1. */
export interface Target {
  host?: string;
  port: number;
}

interface Connection {
  near: Socket;
  /** Missing where the connection was made in a black hole: it never gets out. */
  far?: Socket;
  flows: Record<Direction, Flow>;
}

const passing: Mode = { kind: 'pass' };

/**
 * A link to a server that a test can cut, silence, slow down, and speak on in the server's name. Each direction is in
 * one mode at a time, which holds for the connections that stand and for those that are made later, until `heal`.
 */
export function createTcpProxy(initialTarget: Target) {
  const connections = new Set<Connection>();
  const modes: Record<Direction, Mode> = { up: passing, down: passing };
  let target = initialTarget;
  let accepted = 0;
  let port = 0;

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    accepted++;
    const swallowed = modes.up.kind === 'black hole' || modes.down.kind === 'black hole';
    const far = swallowed
      ? undefined
      : connect({ host: '127.0.0.1', ...target, noDelay: true, allowHalfOpen: true });
    const reset = () => resetBoth(connection);
    const flows = {
      up: createFlow({ from: near, to: far, mode: modes.up, reset }),
      down: createFlow({ from: far, to: near, mode: modes.down, reset }),
    };
    const connection: Connection = { near, flows, ...(far && { far }) };
    connections.add(connection);
    for (const socket of [near, far]) {
      socket?.on('close', () => {
        if (near.destroyed && far?.destroyed !== false) connections.delete(connection);
      });
    }
  });

  function setMode(mode: Mode, direction: Direction | 'both') {
    for (const one of direction === 'both' ? (['up', 'down'] as const) : [direction]) {
      modes[one] = mode;
      for (const { flows } of connections) flows[one].setMode(mode);
    }
  }

  function cut() {
    for (const { near, far } of connections) {
      near.destroy();
      far?.destroy();
    }
  }

  return {
    /** Where it listens; 0 before the first `open`. */
    get port() {
      return port;
    },

    /** Listens on 127.0.0.1, on the port of before if it was closed, and gives that port. */
    async open(): Promise<number> {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return (port = (server.address() as AddressInfo).port);
    },

    /** Ends all connections and refuses new ones. */
    async close(): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },

    /** New connections lead there. */
    retarget(to: Target) {
      target = to;
    },

    /** Ends all connections, as a server does that is killed. */
    cut,

    /** The same with RST. */
    reset() {
      for (const connection of connections) resetBoth(connection);
    },

    /**
     * Nothing gets through any more, nor does the end of a connection, and nobody is told. What was caught stays
     * caught, as its bytes are lost: `heal` resets it. New connections are accepted, and go nowhere.
     */
    blackHole: (direction: Direction | 'both' = 'both') => setMode({ kind: 'black hole' }, direction),

    /** Every byte is so much later. `heal` lets through at once what still waits. */
    delay: (ms: number, direction: Direction | 'both' = 'both') => setMode({ kind: 'delay', ms }, direction),

    /** Every byte comes alone. */
    slice: (direction: Direction | 'both' = 'both') => setMode({ kind: 'slice' }, direction),

    /** Each connection, and each new one, is reset once so many more bytes have passed. */
    resetAfter: (bytes: number, direction: Direction | 'both' = 'both') =>
      setMode({ kind: 'reset after', bytes }, direction),

    /** Everything passes again; connections that a black hole has caught are reset. */
    heal() {
      setMode(passing, 'both');
      for (const connection of connections)
        if (connection.flows.up.isCaught() || connection.flows.down.isCaught()) resetBoth(connection);
    },

    /** Sends bytes to every client, whatever the mode. */
    inject(bytes: Buffer) {
      for (const { near } of connections) near.write(bytes);
    },

    /** Those that their clients have not ended. */
    connections: () => [...connections].filter(({ near }) => !near.destroyed && !near.readableEnded).length,

    /** Connections since the beginning. */
    accepted: () => accepted,
  };
}

export type TcpProxy = ReturnType<typeof createTcpProxy>;

/** Not by `resetAndDestroy`, which sends what is left and a FIN before it, and so waits for a reader. */
function resetBoth({ near, far }: Connection) {
  for (const socket of [near, far]) if (socket) Object.assign(socket, { resetAndClosing: true }).destroy();
}

const standardPorts: Record<string, number> = { 'amqp:': 5672, 'redis:': 6379, 'postgres:': 5432 };

/** Where a URL leads. */
export function targetOf(url: string): Target {
  const { protocol, hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) || standardPorts[protocol]! };
}

/** The URL that leads through the proxy instead. */
export function through({ port }: TcpProxy, url: string): string {
  const address = new URL(url);
  address.host = `127.0.0.1:${port}`;
  return address.href;
}
