import { expect } from 'chai';
import { createLogger, createMetrics } from 'ct-common-lib';
import { HttpError } from 'ct-common-lib/http';
import { describeWithRedis, waitFor } from 'ct-common-lib/testing';
import { ServerResponse, type IncomingMessage } from 'node:http';
import {
  createRedisServer,
  hasRedisServer,
  type RedisServer,
} from '../../../ct-common-lib/test/cache/support/redis-server.ts';
import { createTcpProxy, type TcpProxy } from '../../../ct-common-lib/test/support/tcp-proxy.ts';
import { createRateLimits, type RateLimits } from '../../src/limits/rate-limits.ts';

describeWithRedis('limits whose Redis', () => {
  let redis: RedisServer;
  let proxy: TcpProxy;
  let lines: { level: string; msg: string; err?: { code?: string } }[];
  const started: RateLimits[] = [];
  let callers = 0;

  before(function () {
    if (!hasRedisServer && process.env.REQUIRE_SERVICES !== '1') this.skip();
  });
  beforeEach(async () => {
    redis = await createRedisServer();
    proxy = createTcpProxy({ port: redis.port });
    await proxy.open();
    lines = [];
  });
  afterEach(async () => {
    for (const limits of started.splice(0)) limits.stop();
    await proxy.close();
    await redis.drop();
  });

  async function start() {
    const destination = {
      write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]),
    };
    const limits = createRateLimits({
      redisUrl: `redis://127.0.0.1:${proxy.port}`,
      prefix: '',
      limits: { reads: undefined, writes: 3, logins: undefined },
      log: createLogger({ name: 'test', destination }),
      metrics: createMetrics('test'),
    });
    started.push(limits);
    await limits.start();
    return limits;
  }

  /** How many of so many a caller is given, one after the other; default: a new one. */
  async function given(limits: RateLimits, count: number, caller = `caller-${++callers}`) {
    let passed = 0;
    for (let i = 0; i < count; i++) {
      try {
        await limits.take('writes', caller, new ServerResponse({} as IncomingMessage));
        passed++;
      } catch (error) {
        expect(error).to.be.an.instanceOf(HttpError).and.to.include({ status: 429 });
      }
    }
    return passed;
  }

  const warnings = () => lines.filter(({ level }) => level === 'warn');
  /** What one has taken the other lacks. */
  const areShared = (one: RateLimits, other: RateLimits) => async () => {
    const caller = `caller-${++callers}`;
    return (await given(one, 3, caller)) === 3 && (await given(other, 1, caller)) === 0;
  };
  const shared = (one: RateLimits, other: RateLimits) =>
    waitFor('limits to be shared', areShared(one, other), { intervalMs: 100 });

  it('is away at the start hold in each instance, and in all together once it comes', async () => {
    const [one, other] = [await start(), await start()];
    expect(await given(one, 10, 'ada')).to.equal(3);
    expect(await given(other, 10, 'ada')).to.equal(3);
    await redis.start();
    await shared(one, other);
  });

  it('dies hold in this process, which tells so once, until it is back', async () => {
    await redis.start();
    const [one, other] = [await start(), await start()];
    await shared(one, other);
    expect(warnings()).to.deep.equal([]);
    await redis.kill();
    proxy.resetAfter(0);
    const attempts = proxy.accepted();
    for (let i = 0; i < 20; i++) expect(await given(one, 5)).to.equal(3);
    await waitFor('each to have looked for it three times', () => proxy.accepted() >= attempts + 6);
    expect(await given(one, 5)).to.equal(3);
    expect(warnings()).to.have.length(2);
    await redis.start();
    proxy.heal();
    await shared(one, other);
    expect(warnings()).to.have.length(2);
    expect(lines.filter(({ msg }) => msg.includes('together again'))).to.have.length(2);
  });

  for (const [title, hang, end] of [
    ['hangs', () => redis.freeze(), () => redis.thaw()],
    ['is behind a link that is dead without a word', () => proxy.blackHole(), () => proxy.heal()],
  ] as const) {
    it(`${title} hold in this process, and only the first request waits for it`, async () => {
      await redis.start();
      const [one, other] = [await start(), await start()];
      await shared(one, other);
      const connections = proxy.accepted();
      hang();
      expect(await given(one, 1, 'ada')).to.equal(1);
      // Not for as long as it takes to give the connection up.
      expect(warnings().map(({ err }) => err?.code)).to.deep.equal(['TIMED_OUT']);
      const nextTurn = new Promise((resolve) => setImmediate(resolve, 'waits'));
      expect(await Promise.race([given(one, 10, 'ada'), nextTurn])).to.equal(2);
      await waitFor('another connection to be tried', () => proxy.accepted() > connections);
      end();
      await shared(one, other);
    });
  }

  it('is full hold in this process, which tells so once', async () => {
    await redis.start();
    const [one, other] = [await start(), await start()];
    await redis.admin.config('SET', 'maxmemory', '1');
    expect(await given(one, 10)).to.equal(3);
    expect(warnings()).to.have.length(1);
    await redis.admin.config('SET', 'maxmemory', '0');
    await shared(one, other);
  });

  it('has lost its scripts are shared all the same', async () => {
    await redis.start();
    const [one, other] = [await start(), await start()];
    expect(await areShared(one, other)()).to.equal(true);
    await redis.admin.script('FLUSH');
    expect(await areShared(one, other)()).to.equal(true);
    expect(warnings()).to.deep.equal([]);
  });
});
