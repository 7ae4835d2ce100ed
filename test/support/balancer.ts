import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

interface Backend {
  url: string;
  agent: Agent;
  isReady: boolean;
  gone: AbortController;
}

const checkIntervalMs = 100;

/**
 * A load balancer as they commonly are: it asks each backend ten times a second whether it is ready, sends requests
 * to those that are, in turn, on connections that it keeps open, and tries none a second time.
 */
export function createBalancer() {
  const backends: Backend[] = [];
  /** Requests that got no answer, or one that is a server's fault. */
  const failures: string[] = [];
  let turn = 0;

  const server = createServer((req, res) => {
    const ready = backends.filter(({ isReady }) => isReady);
    const backend = ready[turn++ % ready.length];
    const fail = (reason: string) => {
      failures.push(`${req.method} ${req.url} at ${backend?.url}: ${reason}`);
      if (res.headersSent) res.destroy();
      else res.writeHead(502).end();
    };
    if (!backend) return fail('no backend is ready');

    const { connection: _, ...headers } = req.headers;
    const forwarded = request(backend.url + req.url, { agent: backend.agent, method: req.method, headers });
    forwarded.on('error', (error) => fail(error.message));
    forwarded.on('response', (answer) => {
      const { connection: _, ...headers } = answer.headers;
      if (answer.statusCode! >= 500)
        failures.push(`${req.method} ${req.url} at ${backend.url}: ${answer.statusCode}`);
      answer.on('error', (error) => fail(error.message));
      res.writeHead(answer.statusCode!, headers);
      answer.pipe(res);
    });
    req.pipe(forwarded);
  });

  // A client may use a connection again in the moment in which it would be closed as idle.
  server.keepAliveTimeout = 0;

  async function watch(backend: Backend) {
    while (!backend.gone.signal.aborted) {
      backend.isReady = await isReady(backend);
      await sleep(checkIntervalMs, undefined, { signal: backend.gone.signal }).catch(() => undefined);
    }
  }

  return {
    failures,

    async open(): Promise<string> {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },

    add(url: string) {
      const backend = {
        url,
        agent: new Agent({ keepAlive: true }),
        isReady: false,
        gone: new AbortController(),
      };
      backends.push(backend);
      void watch(backend);
    },

    /** As a deployment does with an instance that has ended. */
    remove(url: string) {
      const index = backends.findIndex((backend) => backend.url === url);
      const [backend] = backends.splice(index, 1) as [Backend];
      backend.gone.abort();
      backend.agent.destroy();
    },

    async close() {
      for (const { url } of [...backends]) this.remove(url);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Balancer = ReturnType<typeof createBalancer>;

function isReady({ url, gone }: Backend): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(`${url}/health/ready`, { agent: false, signal: gone.signal, timeout: 5_000 });
    asked.on('response', (answer: IncomingMessage) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.end();
  });
}
