import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import { createBucket, hasToken, type Bucket, type BucketStore } from '../../../src/limits/bucket.ts';

/** Whether a token was taken. Throws while the store cannot be asked. */
export async function takes(store: BucketStore, key: string, bucket: Bucket): Promise<boolean> {
  const lackMicros = await store.take(key, bucket);
  if (lackMicros === undefined) throw new Error('the store cannot be asked');
  return hasToken(bucket, lackMicros);
}

/** How many of so many at once are given a token. */
export async function given(store: BucketStore, key: string, bucket: Bucket, count: number) {
  const all = await Promise.all(Array.from({ length: count }, () => takes(store, key, bucket)));
  return all.filter(Boolean).length;
}

/** What every store of buckets does. */
export function describeBuckets(name: string, setUp: () => BucketStore | Promise<BucketStore>) {
  describe(`buckets ${name}`, () => {
    let store: BucketStore;
    beforeEach(async () => {
      store = await setUp();
    });

    for (const perMinute of [1, 7]) {
      it(`let a burst of ${perMinute} through, and no more`, async () => {
        expect(await given(store, 'ada', createBucket(perMinute), 50)).to.equal(perMinute);
      });
    }

    it('are apart, one for each key', async () => {
      const bucket = createBucket(3);
      expect(await given(store, 'ada', bucket, 10)).to.equal(3);
      expect(await given(store, 'bo', bucket, 10)).to.equal(3);
    });

    it('fill again', async () => {
      const bucket = createBucket(600);
      await waitFor('the bucket to be empty', async () => (await given(store, 'ada', bucket, 650)) < 650);
      await waitFor('a token to be there', () => takes(store, 'ada', bucket));
    });

    it('let no more through, over time, than fill and refilling give', async () => {
      const bucket = createBucket(6_000);
      const startedAt = performance.now();
      let count = 0;
      await waitFor(
        'fifty more than the burst',
        async () => (count += await given(store, 'ada', bucket, 100)) >= 6_050,
        { intervalMs: 0 },
      );
      const elapsedMs = performance.now() - startedAt;
      expect(count).to.be.at.most(6_000 + elapsedMs / 10 + 1);
    });
  });
}
