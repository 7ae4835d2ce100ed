import { expect } from 'chai';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { describeWithRedis, waitFor } from 'ct-common-lib/testing';
import { startRedisCluster } from '../../../ct-common-lib/test/cache/support/redis-cluster.ts';
import { startRedisSentinels } from '../../../ct-common-lib/test/cache/support/redis-sentinels.ts';
import { hasRedisServer } from '../../../ct-common-lib/test/cache/support/redis-server.ts';
import { contentOf, createBucket, hasToken } from '../../src/limits/bucket.ts';
import { createMemoryBuckets } from '../../src/limits/memory-buckets.ts';
import { createRedisBuckets } from '../../src/limits/redis-buckets.ts';
import { randomPrefix, silent } from '../support/api.ts';
import { describeBuckets, given, takes } from './support/buckets-suite.ts';

describeBuckets('in this process', () => createMemoryBuckets());

describe('buckets in this process, by a clock that is set', () => {
  const perMinute = fc.integer({ min: 1, max: 2_000 });

  it('let at most N and what was refilled through between any two moments', () => {
    const steps = fc.array(fc.record({ micros: fc.nat(20_000_000), requests: fc.nat(30) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 1, max: 20 }), perMinute), steps, (rate, schedule) => {
        let now = 5;
        const store = createMemoryBuckets(() => now);
        const bucket = createBucket(rate);
        const givenAt: number[] = [];
        for (const { micros, requests } of schedule) {
          now += micros;
          for (let i = 0; i < requests; i++)
            if (hasToken(bucket, store.take('ada', bucket))) givenAt.push(now);
        }
        givenAt.forEach((from, first) =>
          givenAt.slice(first).forEach((until, more) => {
            expect(more + 1).to.be.at.most(rate + ((until - from) * rate) / 60_000_000);
          }),
        );
      }),
    );
  });

  it('are full again after a minute, and hold no more then', () => {
    fc.assert(
      fc.property(perMinute, fc.nat(10), (rate, minutes) => {
        let now = 0;
        const store = createMemoryBuckets(() => now);
        const bucket = createBucket(rate);
        const burst = () =>
          Array.from({ length: rate + 5 }, () => hasToken(bucket, store.take('ada', bucket))).filter(Boolean)
            .length;
        expect(burst()).to.equal(rate);
        // Up to 1 µs a token longer, as a token takes whole microseconds.
        now += 60_000_000 * (minutes + 1) + rate;
        expect(burst()).to.equal(rate);
      }),
    );
  });

  it('have a token when they said that they would, and none before', () => {
    fc.assert(
      fc.property(perMinute, fc.nat(60_000_000), (rate, lack) => {
        const bucket = createBucket(rate);
        const lackMicros = Math.min(lack, bucket.fullMicros);
        const { tokens, nextSeconds } = contentOf(bucket, lackMicros);
        const later = (seconds: number) =>
          contentOf(bucket, Math.max(lackMicros - seconds * 1_000_000, 0)).tokens;
        expect(nextSeconds).to.be.at.least(1);
        expect(tokens >= 1).to.equal(hasToken(bucket, lackMicros));
        if (lackMicros === 0) return;
        expect(later(nextSeconds)).to.be.greaterThan(tokens);
        expect(later(nextSeconds - 1))
          .to.be.at.most(bucket.tokens)
          .and.to.satisfy((earlier: number) => nextSeconds === 1 || earlier === tokens);
      }),
    );
  });

  it('are forgotten once they would take too much memory', () => {
    const store = createMemoryBuckets(() => 0);
    const bucket = createBucket(1);
    store.take('ada', bucket);
    expect(store.take('ada', bucket)).to.be.greaterThan(0);
    for (let i = 0; i < 20; i++) store.take(`${i}`.repeat(500_000), bucket);
    expect(store.take('ada', bucket)).to.equal(0);
  });
});

describeWithRedis('buckets in Redis', (url) => {
  let prefix: string;
  let redis: Redis;
  const started: ReturnType<typeof createRedisBuckets>[] = [];
  beforeEach(() => {
    prefix = randomPrefix();
    redis = new Redis(url);
  });
  afterEach(() => {
    for (const store of started.splice(0)) store.stop();
    redis.disconnect();
  });

  async function create() {
    const store = createRedisBuckets({ url, prefix, log: silent });
    started.push(store);
    await store.start();
    return store;
  }

  describeBuckets('of one instance', create);

  it('are shared by all instances', async () => {
    const [one, other] = [await create(), await create()];
    const bucket = createBucket(20);
    const counts = await Promise.all([given(one, 'ada', bucket, 50), given(other, 'ada', bucket, 50)]);
    expect(counts[0] + counts[1]).to.equal(20);
  });

  it('leave nothing behind: their keys begin with the prefix, and are gone when the bucket is full', async () => {
    const store = await create();
    await takes(store, 'ada', createBucket(6));
    expect(await redis.keys(`${prefix}*`)).to.deep.equal([`${prefix}ada`]);
    expect(await redis.pttl(`${prefix}ada`)).to.be.within(1, 10_000);
    await takes(store, 'ada', createBucket(6));
    expect(await redis.pttl(`${prefix}ada`)).to.be.within(10_000, 20_000);
  });

  it('are full when the clock of Redis was set back, in place of refusing until it is that late again', async () => {
    const store = await create();
    const [seconds] = await redis.time();
    await redis.set(`${prefix}ada`, `${Number(seconds) + 3600}000000`, 'EX', 60);
    expect(await given(store, 'ada', createBucket(3), 10)).to.equal(3);
  });
});

describeWithRedis('buckets in several Redis servers', () => {
  before(function () {
    if (!hasRedisServer && process.env.REQUIRE_SERVICES !== '1') this.skip();
  });

  for (const [kind, start] of [
    ['behind sentinels', startRedisSentinels],
    ['of a cluster', startRedisCluster],
  ] as const) {
    describe(kind, () => {
      let redis: { url: string; drop(): Promise<unknown> };
      before(async () => {
        redis = await start();
      });
      after(() => redis?.drop());

      it('are shared by all instances', async () => {
        const stores = [1, 2].map(() => createRedisBuckets({ url: redis.url, prefix: '', log: silent }));
        try {
          await Promise.all(stores.map((store) => store.start()));
          const others = Array.from({ length: 20 }, (_, i) => `other-${i}`);
          for (const store of stores) {
            const isThere = () => Promise.all(others.map((key) => takes(store, key, createBucket(20))));
            await waitFor('every server to answer', isThere, { intervalMs: 200 });
          }
          for (const caller of ['ada', 'bo', 'cy']) {
            const counts = stores.map((store) => given(store, caller, createBucket(20), 50));
            const [one, other] = await Promise.all(counts);
            expect(one! + other!, caller).to.equal(20);
          }
        } finally {
          for (const store of stores) store.stop();
        }
      });
    });
  }
});
