import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import type { FailedBumps } from '../faults/load/failed-bumps.ts';
import { createTroubles } from '../faults/load/troubles.ts';
import type { ServiceProcess } from '../faults/service-process.ts';
import { createClients } from './clients.ts';
import { createTally } from './tally.ts';

describe('the clients of npm run test:cluster', () => {
  const reviews = new Map<string, { id: string; version: number; rating: number }>();
  /** Of each review, what the next read shows instead. */
  const old = new Map<string, { status: number; body: object }>();
  let isStale: boolean;
  let ids = 0;

  /** An API that, where it is stale, shows what was before once after each write. */
  async function answer(req: IncomingMessage): Promise<{ status: number; body?: object }> {
    const id = /\/api\/reviews\/(\w+)/.exec(req.url!)?.[1] ?? `id${++ids}`;
    const review = reviews.get(id);
    if (req.method === 'GET') {
      const before = old.get(id);
      old.delete(id);
      if (isStale && before) return before;
      return review || !req.url!.startsWith('/api/reviews')
        ? { status: 200, body: review ?? {} }
        : { status: 404, body: {} };
    }
    if (req.url === '/api/products') return { status: 201, body: { id } };
    old.set(id, review ? { status: 200, body: review } : { status: 404, body: {} });
    if (req.method === 'DELETE') return reviews.delete(id) ? { status: 204 } : { status: 404, body: {} };
    const { rating } = (await json(req)) as { rating: number };
    const written = { id, rating, version: (review?.version ?? 0) + 1 };
    reviews.set(id, written);
    return { status: review ? 200 : 201, body: written };
  }

  async function work(failedToBump: boolean) {
    const server = createServer((req: IncomingMessage, res: ServerResponse) => {
      void answer(req).then(({ status, body }) => res.writeHead(status).end(body && JSON.stringify(body)));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const violations: string[] = [];
    const troubles = createTroubles(() => new Set());
    const tally = createTally();
    tally.begin('all is well');
    const clients = createClients({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      apis: [{} as ServiceProcess],
      failedBumps: { since: async () => failedToBump } as unknown as FailedBumps,
      troubles,
      tally,
      violation: (text) => void violations.push(text),
    });
    await clients.prepare();
    clients.start(1);
    await waitFor('some reviews', () => clients.written.length > 100);
    await clients.stop();
    troubles.stop();
    server.close();
    server.closeAllConnections();
    return { violations, written: clients.written.length };
  }

  it('find nothing wrong with an API that shows what was written', async () => {
    isStale = false;
    expect((await work(false)).violations).to.deep.equal([]);
  });

  it('tell of each write that the next read does not show', async () => {
    isStale = true;
    const { violations, written } = await work(false);
    expect(violations.length).to.be.at.least(written);
    for (const text of violations) expect(text).to.match(/^stale: review id\d+ is shown /);
  });

  it('let others lag, for a moment, behind an instance that could not tell the cache', async () => {
    isStale = true;
    expect((await work(true)).violations).to.deep.equal([]);
  });
});
