import { expect } from 'chai';
import { Redis } from 'ioredis';
import { createMemoryBus } from 'ct-common-lib/bus';
import { createTestDatabase, describeWithRedis, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import { connect, randomPrefix, silent, startApi, type Api } from './support/api.ts';
import { newProduct, type HttpClient, type Page, type Review } from './support/http-client.ts';

interface Instances {
  writer: HttpClient;
  readers: HttpClient[];
  /** Called between the reads that fill the cache and the write. */
  disturb: () => Promise<void>;
}

/** A read after an acknowledged write shows that write, on every instance. */
function itIsFresh(instances: () => Instances) {
  /** Reads these paths on every instance, so that all of them are cached. */
  async function warmUp(...paths: string[]) {
    for (const { get } of instances().readers) for (const path of paths) await get(path);
    await instances().disturb();
  }

  async function everywhere(check: (reader: HttpClient) => Promise<unknown>) {
    for (const reader of instances().readers) await check(reader);
  }

  const gone = (path: string) =>
    everywhere(async ({ get }) => expect((await get(path)).status, path).to.equal(404));

  it('a product that was replaced, and one that was merged', async () => {
    const { writer } = instances();
    const { id } = await writer.createProduct();
    const path = `/api/products/${id}`;
    for (const version of [2, 3, 4, 5]) {
      await warmUp(path, `${path}/rating`, '/api/products');
      const name = `Version ${version}`;
      const { body } =
        version % 2 ? await writer.patch(path, { name }) : await writer.put(path, newProduct({ name }));
      await everywhere(async ({ product, page }) => {
        expect(await product(id)).to.deep.equal(body);
        expect((await page('/api/products')).data).to.deep.include(body);
      });
    }
  });

  it('a product that was deleted, and its reviews', async () => {
    const { writer } = instances();
    const { id } = await writer.createProduct();
    const reviews = [await writer.createReview(id), await writer.createReview(id)];
    const path = `/api/products/${id}`;
    const paths = [
      path,
      `${path}/reviews`,
      `${path}/rating`,
      ...reviews.map((review) => `/api/reviews/${review.id}`),
    ];
    await warmUp(...paths, '/api/products', `/api/ratings?productIds=${id}`);
    expect((await writer.delete(path)).status).to.equal(204);
    for (const each of paths) await gone(each);
    await everywhere(async ({ page }) => {
      expect(JSON.stringify(await page('/api/products'))).to.not.include(id);
      expect((await page(`/api/ratings?productIds=${id}`)).data).to.deep.equal([]);
    });
  });

  it('a product that was created, in a list that was read before', async () => {
    const { writer } = instances();
    await warmUp('/api/products');
    const product = await writer.createProduct();
    await everywhere(async ({ page }) => {
      expect((await page('/api/products')).data[0]).to.deep.equal(product);
    });
  });

  it('a review that was written, edited and deleted', async () => {
    const { writer } = instances();
    const { id } = await writer.createProduct();
    const list = `/api/products/${id}/reviews`;
    const reviewsOf = async ({ get }: HttpClient) => (await get<Page<Review>>(list)).body.data;

    await warmUp(list);
    const created = await writer.createReview(id);
    await everywhere(async (reader) => expect(await reviewsOf(reader)).to.deep.equal([created]));

    const path = `/api/reviews/${created.id}`;
    for (const version of [2, 3]) {
      await warmUp(list, path);
      const text = `Version ${version}`;
      const { body } =
        version % 2
          ? await writer.patch<Review>(path, { text })
          : await writer.put<Review>(path, { rating: 2, text });
      await everywhere(async (reader) => {
        expect(await reader.review(created.id)).to.deep.equal(body);
        expect(await reviewsOf(reader)).to.deep.equal([body]);
      });
    }

    await warmUp(list, path);
    await writer.delete(path);
    await gone(path);
    await everywhere(async (reader) => expect(await reviewsOf(reader)).to.deep.equal([]));
  });

  it('every one of many edits in a row, while everybody reads', async () => {
    const { writer, readers } = instances();
    const { id } = await writer.createProduct();
    let reading = true;
    const crowd = readers.map(async ({ product }) => {
      while (reading) await product(id);
    });
    try {
      for (let n = 0; n < 40; n++) {
        await writer.patch(`/api/products/${id}`, { name: `Edit ${n}` });
        await everywhere(async ({ product }) => expect((await product(id)).name).to.equal(`Edit ${n}`));
      }
    } finally {
      reading = false;
      await Promise.all(crowd);
    }
  });
}

const undisturbed = async () => {};

/** The relay repeats each bump a moment after the write, which would hide one that the write itself forgot. */
async function holdRelay(databaseUrl: string) {
  const db = await connect(databaseUrl);
  await db.query(`ALTER TABLE cache_invalidation ALTER available_at SET DEFAULT 'infinity'`);
  await db.end();
}

describe('a read after an acknowledged write, on one instance with its in-process store, shows', () => {
  let api: Api;
  before(async () => {
    api = await startApi();
    await holdRelay(api.databaseUrl);
  });
  after(() => api.stop());

  itIsFresh(() => ({ writer: api, readers: [api], disturb: undisturbed }));
});

describeWithRedis('a read after an acknowledged write, on two instances with one Redis,', (redisUrl) => {
  const prefix = randomPrefix();
  let database: TestDatabase;
  let apis: Api[] = [];
  let redis: Redis;

  before(async () => {
    redis = new Redis(redisUrl);
    database = await createTestDatabase({ name: 'api' });
    for (let n = 0; n < 2; n++) {
      const api = await startApi({
        databaseUrl: database.url,
        redisUrl,
        prefix,
        bus: createMemoryBus({ log: silent }),
      });
      apis.push(api);
    }
    await holdRelay(database.url);
  });
  after(async () => {
    for (const api of apis) await api.stop();
    apis = [];
    await dropKeys();
    redis.disconnect();
    await database.drop();
  });

  const keys = () => redis.keys(`${prefix}*`);

  async function dropKeys(which = (_key: string) => true) {
    const found = (await keys()).filter(which);
    if (found.length > 0) await redis.del(...found);
  }

  it('comes from Redis when nothing has changed', async () => {
    const { id } = await apis[0]!.createProduct();
    const [, reader] = apis;
    await waitFor('a hit', async () => {
      await reader!.product(id);
      const { body } = await reader!.get<string>('/metrics');
      expect(body).to.match(/^ct_cache_reads_total\{(?=.*cache="products").*result="hit".*\} [1-9]/m);
      return true;
    });
    expect((await keys()).filter((key) => key.includes(id))).to.have.length(2);
  });

  describe('shows', () => {
    itIsFresh(() => ({ writer: apis[0]!, readers: apis, disturb: undisturbed }));
  });

  describe('shows, even if Redis has lost everything just before,', () => {
    itIsFresh(() => ({ writer: apis[0]!, readers: apis, disturb: () => dropKeys() }));
  });

  describe('shows, even if Redis has lost the tokens of all tags,', () => {
    const dropTokens = () => dropKeys((key) => key.includes(':g:'));
    itIsFresh(() => ({ writer: apis[1]!, readers: apis, disturb: dropTokens }));
  });
});
