import { expect } from 'chai';
import type { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { productSorts } from '../../src/products/product.schema.ts';
import { connect, startApi, type Api } from '../support/api.ts';
import type { Page, Product } from '../support/http-client.ts';
import { walk } from '../support/walk.ts';

const ids = (items: { id: string }[]) => items.map(({ id }) => id);
const skus = (products: Product[]) => products.map(({ sku }) => sku);

describe('the list of products', () => {
  let api: Api;
  let db: Client;
  before(async () => {
    api = await startApi();
    db = await connect(api.databaseUrl);
  });
  after(async () => {
    await db.end();
    await api.stop();
  });
  afterEach(async () => {
    await db.query('DELETE FROM products');
    await api.drained();
  });

  interface Row {
    sku: string;
    name?: string;
    brand?: string;
    price?: number;
    average?: number;
    count?: number;
  }

  /** Products with ratings that nobody reviewed, created in this order. */
  async function createProducts(rows: Row[]) {
    for (const { sku, name = 'Thing', brand = null, price = null, average = null, count = 0 } of rows) {
      await db.query(
        `INSERT INTO products (id, sku, name, brand, price, currency, average_rating, review_count, created_at)
         VALUES ($8, $1, $2, $3, $4, $5, $6, $7, '2024-01-01'::timestamptz + (SELECT count(*) FROM products) * interval '1 minute')`,
        [sku, name, brand, price, price === null ? null : 'EUR', average, count, uuidv7()],
      );
    }
    await api.drained();
  }

  const listed = async (query: string) => skus(await walk<Product>(api, `/api/products?limit=2&${query}`));

  it('is empty at first', async () => {
    expect(await api.page('/api/products')).to.deep.equal({ data: [], nextCursor: null });
  });

  it('has 20 products a page unless told otherwise, 100 at the most', async () => {
    await createProducts(Array.from({ length: 101 }, (_, n) => ({ sku: `P${n}` })));
    for (const [query, length] of [
      ['', 20],
      ['?limit=1', 1],
      ['?limit=100', 100],
    ] as const) {
      const { data, nextCursor } = await api.page(`/api/products${query}`);
      expect(data).to.have.length(length);
      expect(nextCursor).to.be.a('string');
    }
  });

  it('says that there is no next page when the last one is full', async () => {
    await createProducts([{ sku: 'A' }, { sku: 'B' }]);
    const { body, headers } = await api.get<Page<Product>>('/api/products?limit=2');
    expect(body.data).to.have.length(2);
    expect(body.nextCursor).to.equal(null);
    expect(headers.get('link')).to.equal(null);
  });

  it('keeps its filters along the links', async () => {
    await createProducts(['A', 'B', 'C'].map((sku) => ({ sku, brand: 'Ümlaut & Söhne', average: 4.5 })));
    const query = `limit=1&sort=-averageRating&minRating=4.5&brand=${encodeURIComponent('Ümlaut & Söhne')}`;
    expect(await walk(api, `/api/products?${query}`)).to.have.length(3);
  });

  it('answers HEAD like GET, without the body', async () => {
    await createProducts([{ sku: 'A' }, { sku: 'B' }]);
    const head = await api.request('HEAD', '/api/products?limit=1');
    expect(head.status).to.equal(200);
    expect(head.body).to.equal(undefined);
    expect(head.headers.get('link')).to.match(/rel="next"/);
  });

  describe('sorted', () => {
    const rows: Row[] = [
      { sku: 'A', name: 'b', price: 5, average: 4.5, count: 2 },
      { sku: 'B', name: 'a', average: 4.49, count: 10 },
      { sku: 'C', name: 'B', price: 0, average: 1, count: 9 },
      { sku: 'D', name: 'ä' },
      { sku: 'E', name: 'a 2', price: 9_999_999_999.99, average: 5, count: 1 },
      { sku: 'F', name: 'c', price: 10, average: 4.5, count: 2 },
    ];

    for (const [sort, expected] of [
      ['createdAt', 'ABCDEF'],
      ['-createdAt', 'FEDCBA'],
      ['price', 'CAFEBD'],
      ['-price', 'EFACDB'],
      ['-averageRating', 'EFABCD'],
      ['-reviewCount', 'BCFAED'],
    ] as const) {
      it(`by ${sort}, ties by id, with what has no value last`, async () => {
        await createProducts(rows);
        expect((await listed(`sort=${sort}`)).join('')).to.equal(expected);
      });
    }

    it('by name, as PostgreSQL sorts text', async () => {
      await createProducts(rows);
      const { rows: sorted } = await db.query<Product>('SELECT sku FROM products ORDER BY name, id');
      expect(await listed('sort=name')).to.deep.equal(skus(sorted));
    });

    it('by -createdAt by default', async () => {
      await createProducts(rows);
      expect(await listed('')).to.deep.equal(await listed('sort=-createdAt'));
    });
  });

  describe('filtered', () => {
    const rows: Row[] = [
      { sku: 'GRIND-1', name: 'Coffee grinder', brand: 'Mahlwerk', average: 4.5 },
      { sku: 'GRIND-2', name: 'Pepper grinder', brand: 'mahlwerk', average: 4.49 },
      { sku: 'POT-3', name: 'Coffee-pot of Größe 10', brand: 'Mahlwerk', average: 1 },
      { sku: 'CUP-4', name: 'Cup with हिन्दी in <b>', brand: 'Nobody' },
    ];
    beforeEach(() => createProducts(rows));

    for (const [query, expected] of [
      ['q=coffee', ['GRIND-1', 'POT-3']],
      ['q=COFFEE grind', ['GRIND-1']],
      ['q=grinder pepper', ['GRIND-2']],
      ['q=gri', ['GRIND-1', 'GRIND-2']],
      ['q=inder', []],
      ['q=größe', ['POT-3']],
      ['q=10', ['POT-3']],
      ['q=cup-4', ['CUP-4']],
      ['q=nobody', ['CUP-4']],
      ['q=हिन्दी', ['CUP-4']],
      ['q=b', ['CUP-4']],
      [`q=pot & !coffee | :* <-> ' \\ "`, ['POT-3']],
      ['q=...', []],
      ['q=', ['GRIND-1', 'GRIND-2', 'POT-3', 'CUP-4']],
      ['brand=Mahlwerk', ['GRIND-1', 'POT-3']],
      ['brand=Mahl', []],
      ['minRating=4.5', ['GRIND-1']],
      ['minRating=4.49', ['GRIND-1', 'GRIND-2']],
      ['minRating=1.0', ['GRIND-1', 'GRIND-2', 'POT-3']],
      ['minRating=5', []],
      ['q=grinder&brand=Mahlwerk&minRating=4', ['GRIND-1']],
    ] as const) {
      it(`by ${query}`, async () => {
        const encoded = query.replaceAll(/(?<==)[^&]*(?:& [^&]*)*/g, encodeURIComponent);
        for (const sort of ['createdAt', 'name', '-averageRating'])
          expect(await listed(`sort=${sort}&${encoded}`)).to.have.members([...expected]);
      });
    }
  });

  for (const sort of productSorts) {
    it(`by ${sort} gives every product once while others come and go between the pages`, async () => {
      const few = [1, 2, 3, undefined];
      const rows = Array.from({ length: 24 }, (_, n) => {
        const value = few[n % 4];
        return { sku: `STAY-${n}`, name: `Name ${n % 3}`, price: value, average: value, count: value ?? 0 };
      });
      const going = Array.from({ length: 6 }, (_, n) => ({
        sku: `GO-${n}`,
        name: `Name ${n % 3}`,
        price: few[n % 4],
      }));
      await createProducts([...rows.slice(0, 12), ...going, ...rows.slice(12)]);
      const gone = (await db.query<{ id: string }>(`SELECT id FROM products WHERE sku LIKE 'GO-%'`)).rows;

      const seen = await walk<Product>(api, `/api/products?limit=3&sort=${sort}`, async (pages) => {
        await api.createProduct({ name: `Name ${pages % 3}`, price: pages, currency: 'EUR' });
        const next = gone.pop();
        if (next) await api.delete(`/api/products/${next.id}`);
      });
      expect(new Set(ids(seen)).size, 'none twice').to.equal(seen.length);
      expect(skus(seen)).to.include.members(rows.map(({ sku }) => sku));
    });
  }

  it('shows each product as its own page does', async () => {
    await createProducts([{ sku: 'A', price: 1, average: 4.5, count: 2 }, { sku: 'B' }]);
    for (const change of [null, { name: 'New', price: '7.50' }, { name: 'Newer' }]) {
      const [first] = (await api.page<Product>('/api/products?sort=createdAt')).data;
      if (change) await api.patch(`/api/products/${first!.id}`, change);
      const { data } = await api.page<Product>('/api/products?sort=createdAt');
      for (const item of data) expect(item).to.deep.equal(await api.product(item.id));
      if (change) expect(data[0]).to.include(change);
    }
  });
});
