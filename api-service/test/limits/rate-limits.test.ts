import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createMetrics } from 'ct-common-lib';
import { createApp } from 'ct-common-lib/http';
import { createRateLimits, type Limit } from '../../src/limits/rate-limits.ts';
import { silent } from '../support/api.ts';
import type { Answer, Problem } from '../support/http-client.ts';
import { expectProblem } from '../support/problem.ts';

describe('a limit per caller', () => {
  const metrics = createMetrics('test');
  const limits = createRateLimits({
    redisUrl: undefined,
    prefix: '',
    limits: { reads: undefined, writes: 300, logins: 3 },
    log: silent,
    metrics,
  });
  let server: Server;
  let callers = 0;

  before(async () => {
    const app = createApp({
      log: silent,
      metrics,
      // Takes what the path names: /writes/ada/logins/bo
      routers: [
        [
          '/',
          async (req, res) => {
            const [, ...names] = req.path.split('/');
            for (let i = 0; i < names.length; i += 2)
              await limits.take(names[i] as Limit, names[i + 1]!, res);
            res.json({});
          },
        ],
      ],
    });
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  async function send(path: string): Promise<Answer<Problem>> {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    return { status: response.status, headers: response.headers, body: (await response.json()) as Problem };
  }

  const newCaller = () => `caller-${++callers}`;
  const told = ({ headers }: Answer<unknown>) => [headers.get('ratelimit-policy'), headers.get('ratelimit')];

  async function refusals(limit: Limit): Promise<number> {
    const { values } = await metrics.getSingleMetric('ct_rate_limited_total')!.get();
    return values.find(({ labels }) => labels.limit === limit)?.value ?? 0;
  }

  it('is told with every answer', async () => {
    const caller = newCaller();
    expect(told(await send(`/writes/${caller}`))).to.deep.equal([
      '"writes";q=300;w=60',
      '"writes";r=299;t=1',
    ]);
    expect(told(await send(`/logins/${caller}`))).to.deep.equal(['"logins";q=3;w=60', '"logins";r=2;t=20']);
  });

  it('answers 429 to one more, with when to come again', async () => {
    const before = await refusals('logins');
    const path = `/logins/${newCaller()}`;
    for (let i = 0; i < 3; i++) expect((await send(path)).status).to.equal(200);
    const refused = await send(path);
    expectProblem(refused, { status: 429, code: 'TOO_MANY_REQUESTS', instance: path });
    const seconds = refused.headers.get('retry-after')!;
    expect(seconds).to.match(/^(20|1\d|[1-9])$/);
    expect(told(refused)).to.deep.equal(['"logins";q=3;w=60', `"logins";r=0;t=${seconds}`]);
    expect(await refusals('logins')).to.equal(before + 1);
  });

  it('keeps one caller from nothing because of another, nor from anything else', async () => {
    const [one, other] = [newCaller(), newCaller()];
    for (let i = 0; i < 4; i++) await send(`/logins/${one}`);
    expect((await send(`/logins/${one}`)).status).to.equal(429);
    expect((await send(`/logins/${other}`)).status).to.equal(200);
    expect((await send(`/writes/${one}`)).status).to.equal(200);
  });

  it('tells of the nearest of several', async () => {
    const [address, email] = [newCaller(), newCaller()];
    await send(`/logins/${address}`);
    for (const path of [`/logins/${address}/logins/${email}`, `/logins/${newCaller()}/logins/${address}`])
      expect(told(await send(path))[1]).to.match(path.endsWith(address) ? /;r=0;/ : /;r=1;/);
    expect(told(await send(`/logins/${newCaller()}/writes/${newCaller()}`))[0]).to.match(/^"logins"/);
  });

  it('neither costs nor tells anything while it is off', async () => {
    const answer = await send(`/reads/${newCaller()}`);
    expect(answer.status).to.equal(200);
    expect(told(answer)).to.deep.equal([null, null]);
    expect(limits.take('reads', 'ada', {} as never)).to.equal(undefined);
  });
});
