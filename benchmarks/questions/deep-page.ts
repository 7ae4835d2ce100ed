import { Redis } from 'ioredis';
import { alternate, type Bench, type Question } from '../rig/bench.ts';
import { addProducts, addReviews } from '../rig/catalogue.ts';
import { quantile, type Finding } from '../rig/measurement.ts';
import { query, type System } from '../rig/system.ts';

const products = 10;
const pageSize = 20;
const deepPage = 1_000;

/**
 * Does the place of a page in a list matter? Neither page is cached, neither its list nor its reviews, when it is asked for:
 * it is what PostgreSQL gives that might take longer.
 */
export const deepPages: Question = {
  name: 'deep-page',
  async answer(bench: Bench): Promise<Finding[]> {
    const { rig, seconds, progress } = bench;
    const system = await rig.createSystem();
    const redis = new Redis(system.redisUrl);
    try {
      const { baseUrl } = await system.startApi();
      progress(`adding ${products} products with ${deepPage} pages of reviews each`);
      const lists = (await addProducts(system.databaseUrl, products)).map(
        (id) => `${baseUrl}/api/products/${id}/reviews`,
      );
      await addReviews(system.databaseUrl, deepPage * pageSize);
      await query(system.databaseUrl, 'VACUUM ANALYZE');
      progress(`looking for the pages ${deepPage}`);
      const deep = await Promise.all(lists.map(async (list) => `${list}?cursor=${await deepCursor(list)}`));
      const time = (urls: string[]) =>
        medianTime(urls, { seconds, forget: () => forgetCached(redis, system) });
      const figures = await alternate(bench, { deep: () => time(deep), first: () => time(lists) });
      return [
        {
          row: '11',
          what: `GET page ${deepPage.toLocaleString('en')} of a product's reviews, nothing of it cached`,
          unit: 'ms',
          better: 'less',
          figures: figures.deep,
          reference: { name: 'page 1', figures: figures.first },
          mark: 1.2,
        },
      ];
    } finally {
      redis.disconnect();
      await system.remove();
    }
  },
};

/** Of the last review before the deep page. */
async function deepCursor(list: string): Promise<string> {
  let cursor = '';
  // A cursor is good for pages of any size.
  for (let missing = (deepPage - 1) * pageSize; missing > 0; missing -= 100) {
    const { data, nextCursor } = await getPage(
      `${list}?limit=${Math.min(100, missing)}${cursor && `&cursor=${cursor}`}`,
    );
    if (data.length < Math.min(100, missing) || nextCursor === null) throw new Error('the list is too short');
    cursor = nextCursor;
  }
  return cursor;
}

/** One at a time, each of them in turn, for so long: the median in ms. */
async function medianTime(
  urls: string[],
  { seconds, forget }: { seconds: number; forget: () => Promise<void> },
): Promise<number> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    await forget();
    for (const url of urls) {
      const started = performance.now();
      const { data } = await getPage(url);
      times.push(performance.now() - started);
      if (data.length !== pageSize) throw new Error(`a page has ${data.length} reviews`);
    }
  }
  return quantile(times, 0.5);
}

/** All entries of this system, and with them what proves them right. */
async function forgetCached(redis: Redis, { prefix }: System): Promise<void> {
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 10_000 }))
    if ((keys as string[]).length > 0) await redis.unlink(keys as string[]);
}

async function getPage(url: string) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} was answered with ${answer.status}`);
  return (await answer.json()) as { data: unknown[]; nextCursor: string | null };
}
