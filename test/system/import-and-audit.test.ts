import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { waitFor } from 'ct-common-lib/testing';
import type { Page, Product, Review } from '../../api-service/test/support/http-client.ts';
import { query, randomPrefix, removeKeys } from '../support/deployment.ts';
import { npmStart, runNpm, type Started } from '../support/npm.ts';
import { endPrograms } from '../support/program.ts';
import { createReviewFile } from '../support/review-file.ts';
import { createReviewLedger, ratingOf, truthOf, type Truth } from '../support/review-ledger.ts';
import { waitForTruth } from '../support/served.ts';
import { createWorkload } from '../support/workload.ts';

describe('import and audit of a running system', function () {
  this.timeout(300_000);

  const redisUrl = process.env.TEST_REDIS_URL;
  const prefix = randomPrefix();
  const { csv, truths } = createReviewFile({ rows: 1_000, products: 150, seed: 3 });
  let folder: string;
  let started: Started;
  let databaseUrl: string;
  let ratingDatabaseUrl: string;
  /** Of each SKU. */
  let productIds: Map<string, string>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ct-reviews-audit-'));
    await writeFile(join(folder, 'reviews.csv'), csv);
    started = await npmStart({
      variables: { DATA_DIR: folder, NAME_PREFIX: prefix, REDIS_URL: redisUrl ?? '' },
    });
    const running = JSON.parse(await readFile(join(folder, 'running.json'), 'utf8')) as Record<
      string,
      string
    >;
    databaseUrl = running.databaseUrl!;
    ratingDatabaseUrl = running.ratingDatabaseUrl!;
  });
  after(async () => {
    await endPrograms();
    await rm(folder, { recursive: true, force: true });
    if (redisUrl) await removeKeys(redisUrl, prefix);
  });

  async function run(script: string, ...args: string[]) {
    const program = runNpm(['run', '--silent', script, '--', ...args], { variables: { DATA_DIR: folder } });
    return { code: await program.ended, ...program.said };
  }

  const importFile = () =>
    run(
      'import',
      join(folder, 'reviews.csv'),
      '--map',
      'product=SKU,rating=Stars,title=Title,text=Review Text,author=Name,date=Date,id=id',
    );

  const textfile = () => join(folder, 'ratings.prom');

  /** What the last verification has left for Prometheus. */
  async function metrics(): Promise<Record<string, number>> {
    const text = await readFile(textfile(), 'utf8');
    const samples = [...text.matchAll(/^(\w+) (\S+)$/gm)];
    return Object.fromEntries(samples.map(([, name, value]) => [name!, Number(value)]));
  }

  async function verify() {
    const { code, stdout } = await run('ratings:verify', '--textfile', textfile());
    const places: Record<string, string[]> = {};
    for (const [, id, place] of stdout.matchAll(/^product (\S+): the (.+?) says /gm))
      (places[id!] ??= []).push(place!);
    return { code, places, result: stdout.trim().split('\n').at(-1) };
  }

  async function products(): Promise<Product[]> {
    const all: Product[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page<Product> = await started.page<Product>(
        `/api/products?limit=100${cursor && `&cursor=${cursor}`}`,
      );
      all.push(...page.data);
      cursor = page.nextCursor;
    }
    return all;
  }

  /** Of each SKU what is served of its product. */
  async function served(): Promise<Record<string, Truth>> {
    return Object.fromEntries((await products()).map((product) => [product.sku, ratingOf(product)]));
  }

  it('serves every product of an imported file as the file says', async () => {
    const { code, stdout } = await importFile();
    expect(stdout)
      .to.include('1,000 rows read')
      .and.include('1,000 reviews new')
      .and.include('150 products new');
    expect(code).to.equal(0);
    await waitFor(
      'all ratings are right',
      async () => expect(await served()).to.deep.equal(Object.fromEntries(truths)),
      { timeoutMs: 30_000, intervalMs: 100 },
    );
    productIds = new Map((await products()).map(({ sku, id }) => [sku, id]));
    for (const [sku, id] of productIds)
      expect(ratingOf(await started.product(id)), sku).to.deep.equal(truths.get(sku));
  });

  it('finds no difference in any of 150 products', async () => {
    expect(await verify()).to.deep.equal({ code: 0, places: {}, result: '150 products, no difference' });
    const { ct_ratings_verified_timestamp_seconds: at, ...rest } = await metrics();
    expect(rest).to.deep.equal({
      ct_ratings_verified_products: 150,
      ct_ratings_differing_products: 0,
      ct_ratings_linked: 1,
    });
    expect(at).to.be.closeTo(Date.now() / 1000, 120);
    expect((await readdir(folder)).filter((name) => name.endsWith('.new'))).to.deep.equal([]);
  });

  it('is told what it does not know', async () => {
    const { code, stderr } = await run('ratings:verify', '--textfiles', 'x');
    expect(code).to.equal(2);
    expect(stderr)
      .to.include("'--textfiles'")
      .and.include('Usage: npm run ratings:verify -- [--textfile FILE]');
  });

  it('changes nothing when the same file is imported again', async () => {
    const { code, stdout } = await importFile();
    expect(stdout).to.include('0 reviews new, 1,000 already there').and.include('0 products new');
    expect(code).to.equal(0);
    const [reviews] = await query(
      databaseUrl,
      'SELECT count(*)::int AS count, sum(version)::int AS versions FROM reviews',
    );
    expect(reviews).to.deep.equal({ count: 1_000, versions: 1_000 });
    expect(await query(databaseUrl, 'SELECT * FROM outbox')).to.deep.equal([]);
  });

  it('shows an edit and a deletion of an imported review in its product', async () => {
    const id = productIds.get('sku-0')!;
    const { data } = await started.page<Review>(`/api/products/${id}/reviews?limit=100`);
    const ratings = data.map(({ rating }) => rating);
    expect(ratingFrom(ratings)).to.deep.equal(truths.get('sku-0'));

    const [edited, ...others] = data as [Review, ...Review[]];
    const rating = edited.rating === 1 ? 5 : 1;
    await started.patch(`/api/reviews/${edited.id}`, { rating });
    const withEdit = ratingFrom([rating, ...others.map(({ rating }) => rating)]);
    await waitFor('the edit shows', async () =>
      expect(ratingOf(await started.product(id))).to.deep.equal(withEdit),
    );

    await started.delete(`/api/reviews/${edited.id}`);
    const withoutIt = ratingFrom(others.map(({ rating }) => rating));
    await waitFor('the deletion shows', async () =>
      expect(ratingOf(await started.product(id))).to.deep.equal(withoutIt),
    );
  });

  it('names each value that somebody has tampered with, and heals it', async () => {
    const id = (sku: string) => productIds.get(sku)!;
    // What is cached now hides the row below.
    for (const productId of productIds.values()) await started.product(productId);
    await query(ratingDatabaseUrl, 'UPDATE product_rating SET n5 = n5 + 1 WHERE product_id = $1', [
      id('sku-2'),
    ]);
    await query(ratingDatabaseUrl, `${otherRating('review_state', 'review_id')}`, [id('sku-3')]);
    await withoutTriggers(otherRating('reviews', 'id'), id('sku-1'));
    await withoutTriggers('UPDATE products SET review_count = review_count + 1 WHERE id = $1', id('sku-4'));
    if (redisUrl) await tamperWithCache(redisUrl, prefix, id('sku-5'));

    const { code, places, result } = await verify();
    expect(await metrics()).to.include({ ct_ratings_differing_products: Object.keys(places).length });
    expect(places).to.deep.equal({
      [id('sku-1')]: ['register', 'histogram', 'products row', 'served JSON'],
      [id('sku-2')]: ['histogram'],
      [id('sku-3')]: ['register'],
      [id('sku-4')]: ['products row'],
      ...(redisUrl && { [id('sku-5')]: ['served JSON'] }),
    });
    expect(result).to.match(new RegExp(`^150 products, ${redisUrl ? 5 : 4} with differences\\.`));
    expect(code).to.equal(1);

    expect(await run('ratings:rebuild')).to.include({ code: 0 });
    expect(await verify()).to.deep.equal({ code: 0, places: {}, result: '150 products, no difference' });
  });

  it('heals a lost rating database while 20 clients write, and serves nothing wrong meanwhile', async () => {
    const unwritten = await served();
    const ledger = createReviewLedger();
    const written = await Promise.all(Array.from({ length: 10 }, () => started.createProduct()));
    const writtenIds = written.map(({ id }) => id);
    const workload = createWorkload({ apis: [started], productIds: writtenIds, ledger, seed: 4 });
    await workload.run({ clients: 20, operations: 200 });

    await query(ratingDatabaseUrl, 'TRUNCATE review_state, product_rating');
    let rebuilt = false;
    const write = async () => {
      while (!rebuilt) await workload.run({ clients: 20, operations: 60 });
    };
    const watch = async () => {
      while (!rebuilt)
        for (const [sku, id] of productIds)
          expect(ratingOf(await started.product(id)), sku).to.deep.equal(unwritten[sku]);
    };
    const rebuild = run('ratings:rebuild').finally(() => (rebuilt = true));
    const [{ code }] = await Promise.all([rebuild, write(), watch()]);
    expect(code).to.equal(0);

    await waitForTruth([started], writtenIds, ledger);
    expect(await verify()).to.deep.equal({ code: 0, places: {}, result: '160 products, no difference' });
  });

  /** As a hand in psql that has switched off what keeps the copies right. */
  const withoutTriggers = (sql: string, productId: string) =>
    query(databaseUrl.concat('?options=-c%20session_replication_role%3Dreplica'), sql, [productId]);
});

/** Gives one review of a product another rating. */
const otherRating = (table: string, key: string) => `
  UPDATE ${table} SET rating = rating % 5 + 1
   WHERE ${key} = (SELECT ${key} FROM ${table} WHERE product_id = $1 AND rating IS NOT NULL LIMIT 1)`;

function ratingFrom(ratings: number[]): Truth {
  const histogram = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };
  for (const rating of ratings) histogram[rating as 1 | 2 | 3 | 4 | 5]++;
  return truthOf(histogram);
}

/** Changes a digit of what is cached of a product, and leaves its tokens as they are. */
async function tamperWithCache(redisUrl: string, prefix: string, productId: string) {
  const redis = new Redis(redisUrl);
  try {
    const keys = await redis.keys(`${prefix}*e:products.find:{product:${productId}}`);
    expect(keys, 'entries of the product').to.have.length(1);
    const entry = (await redis.getBuffer(keys[0]!))!.toString('latin1');
    const tampered = entry.replace(
      /"reviewCount":(\d)/,
      (_, digit) => `"reviewCount":${(Number(digit) % 9) + 1}`,
    );
    expect(tampered).to.not.equal(entry);
    await redis.set(keys[0]!, Buffer.from(tampered, 'latin1'), 'KEEPTTL');
  } finally {
    redis.disconnect();
  }
}
