import { expect } from 'chai';
import { startApi, type Api } from './support/api.ts';
import { newProduct, type Problem, type Product } from './support/http-client.ts';

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const utcTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const unknownId = '01890000-0000-7000-8000-000000000000';

describe('products', () => {
  let api: Api;
  before(async () => (api = await startApi()));
  after(() => api.stop());

  const whole = () =>
    newProduct({ description: 'Steel burrs', brand: 'Mahlwerk', price: '129.90', currency: 'EUR' });

  describe('POST', () => {
    it('creates a product without reviews, and says where it is', async () => {
      const body = whole();
      const answer = await api.post<Product>('/api/products', body);
      expect(answer.status).to.equal(201);
      const { id, createdAt, updatedAt, ...rest } = answer.body;
      expect(id).to.match(uuidV7);
      expect(createdAt).to.match(utcTime);
      expect(updatedAt).to.equal(createdAt);
      expect(rest).to.deep.equal({
        ...body,
        averageRating: null,
        reviewCount: 0,
        ratingDistribution: { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 },
        version: 1,
      });
      expect(answer.headers.get('location')).to.equal(`/api/products/${id}`);
      expect(answer.headers.get('content-type')).to.equal('application/json; charset=utf-8');
    });

    it('answers what the product itself answers, with the same ETag', async () => {
      const created = await api.post<Product>('/api/products', whole());
      const read = await api.get<Product>(created.headers.get('location')!);
      expect(read.status).to.equal(200);
      expect(read.body).to.deep.equal(created.body);
      expect(read.headers.get('etag')).to.equal(created.headers.get('etag'));
    });

    it('makes null of what is left out', async () => {
      const product = await api.createProduct();
      expect(product).to.include({ description: null, brand: null, price: null, currency: null });
    });

    for (const [given, kept] of [
      ['19.9', '19.90'],
      ['19', '19.00'],
      ['007.5', '7.50'],
      [19.99, '19.99'],
      [0, '0.00'],
      [0.1, '0.10'],
      ['9999999999.99', '9999999999.99'],
      [9999999999.99, '9999999999.99'],
    ] as const) {
      it(`takes the price ${JSON.stringify(given)} as ${kept}`, async () => {
        const product = await api.createProduct({ price: given, currency: 'EUR' });
        expect(product.price).to.equal(kept);
        expect((await api.product(product.id)).price).to.equal(kept);
      });
    }

    it('keeps any well-formed text as it is', async () => {
      const name = `"quotes" 'n' \\ \n\t <b>&amp; $1 :name ? 日本語 👩‍👩‍👧 \u200f ÷`;
      const { id } = await api.createProduct({ name });
      expect((await api.product(id)).name).to.equal(name);
    });

    it('takes texts up to their limits', async () => {
      const texts = {
        sku: `😀${'s'.repeat(98)}`,
        name: '字'.repeat(200),
        description: '字'.repeat(10_000),
        brand: 'ö'.repeat(100),
      };
      const product = await api.createProduct(texts);
      expect(await api.product(product.id)).to.include(texts);
    });

    it('takes a body that is compressed', async () => {
      const body = new Uint8Array(await gzip(JSON.stringify(newProduct())));
      const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
      expect((await api.request('POST', '/api/products', { body, headers })).status).to.equal(201);
    });
  });

  describe('GET of one', () => {
    it('takes an id in upper case for the same product', async () => {
      const product = await api.createProduct();
      expect(await api.product(product.id.toUpperCase())).to.deep.equal(product);
      const renamed = await api.patch<Product>(`/api/products/${product.id.toUpperCase()}`, { name: 'New' });
      expect(renamed.body.id).to.equal(product.id);
      expect((await api.product(product.id)).name).to.equal('New');
      expect((await api.product(product.id.toUpperCase())).name).to.equal('New');
    });

    it('may be kept, but must be asked for again', async () => {
      const { id } = await api.createProduct();
      expect((await api.get(`/api/products/${id}`)).headers.get('cache-control')).to.equal('no-cache');
    });

    for (const [title, header] of [
      ['its ETag', (etag: string) => etag],
      ['its ETag, weak', (etag: string) => `W/${etag}`],
      ['a list that holds its ETag', (etag: string) => `"other", W/"another",${etag}`],
      ['any ETag', () => '*'],
    ] as const) {
      it(`is a 304 without a body for a client that has ${title}`, async () => {
        const { id } = await api.createProduct();
        const etag = (await api.get(`/api/products/${id}`)).headers.get('etag')!;
        const { status, body, headers } = await api.get(`/api/products/${id}`, {
          'If-None-Match': header(etag),
        });
        expect(status).to.equal(304);
        expect(body).to.equal(undefined);
        expect(headers.get('etag')).to.equal(etag);
      });
    }

    it('is sent again to a client whose ETag is old', async () => {
      const { id } = await api.createProduct();
      const old = (await api.get(`/api/products/${id}`)).headers.get('etag')!;
      await api.patch(`/api/products/${id}`, { name: 'New' });
      const { status, body } = await api.get<Product>(`/api/products/${id}`, { 'If-None-Match': old });
      expect(status).to.equal(200);
      expect(body.name).to.equal('New');
    });

    it('answers HEAD like GET, without the body', async () => {
      const { id } = await api.createProduct();
      const get = await api.get(`/api/products/${id}`);
      const head = await api.request('HEAD', `/api/products/${id}`);
      expect(head.status).to.equal(200);
      expect(head.body).to.equal(undefined);
      for (const name of ['etag', 'content-type', 'content-length', 'cache-control'])
        expect(head.headers.get(name)).to.equal(get.headers.get(name));
    });
  });

  describe('PUT', () => {
    it('replaces the whole product: what is left out becomes null', async () => {
      const created = await api.createProduct(whole());
      const body = newProduct({ name: 'Kettle' });
      const { status, body: replaced } = await api.put<Product>(`/api/products/${created.id}`, body);
      expect(status).to.equal(200);
      expect(replaced).to.include({ ...body, description: null, brand: null, price: null, currency: null });
      expect(replaced).to.include({ id: created.id, createdAt: created.createdAt, version: 2 });
      expect(await api.product(created.id)).to.deep.equal(replaced);
    });

    it('changes nothing, the version neither, when the product is like that already', async () => {
      const body = whole();
      const created = await api.createProduct(body);
      const { body: replaced } = await api.put<Product>(`/api/products/${created.id}`, body);
      expect(replaced).to.deep.equal(created);
    });
  });

  describe('PATCH', () => {
    it('changes what is named and leaves the rest', async () => {
      const created = await api.createProduct(whole());
      const { status, body } = await api.patch<Product>(`/api/products/${created.id}`, { price: 99.5 });
      expect(status).to.equal(200);
      expect(body).to.deep.equal({ ...created, price: '99.50', version: 2, updatedAt: body.updatedAt });
      expect(await api.product(created.id)).to.deep.equal(body);
    });

    it('clears what is null', async () => {
      const created = await api.createProduct(whole());
      const patch = { description: null, brand: null, price: null, currency: null };
      const { body } = await api.patch<Product>(`/api/products/${created.id}`, patch);
      expect(body).to.deep.equal({ ...created, ...patch, version: 2, updatedAt: body.updatedAt });
    });

    it('changes nothing, the version neither, if it is empty', async () => {
      const created = await api.createProduct(whole());
      const { status, body } = await api.patch<Product>(`/api/products/${created.id}`, {});
      expect(status).to.equal(200);
      expect(body).to.deep.equal(created);
    });

    it('takes a merge patch by its own media type', async () => {
      const { id } = await api.createProduct(whole());
      const answer = await api.request<Product>('PATCH', `/api/products/${id}`, {
        body: '{"brand":null}',
        headers: { 'Content-Type': 'application/merge-patch+json' },
      });
      expect(answer.body.brand).to.equal(null);
    });

    it('refuses to leave a price without a currency', async () => {
      const { id } = await api.createProduct(whole());
      const { status, body } = await api.patch<Problem>(`/api/products/${id}`, { currency: null });
      expect(status).to.equal(400);
      expect(body.errors?.map(({ pointer }) => pointer)).to.deep.equal(['/currency']);
      expect((await api.product(id)).currency).to.equal('EUR');
    });
  });

  describe('DELETE', () => {
    it('deletes, once', async () => {
      const { id } = await api.createProduct();
      const deleted = await api.delete(`/api/products/${id}`);
      expect(deleted.status).to.equal(204);
      expect(deleted.body).to.equal(undefined);
      for (const method of ['GET', 'DELETE'])
        expect((await api.request(method, `/api/products/${id}`)).status).to.equal(404);
    });

    it('takes its reviews along', async () => {
      const { id } = await api.createProduct();
      const review = await api.createReview(id);
      await api.delete(`/api/products/${id}`);
      expect((await api.get(`/api/reviews/${review.id}`)).status).to.equal(404);
      expect((await api.get(`/api/products/${id}/reviews`)).status).to.equal(404);
      expect((await api.get(`/api/products/${id}/rating`)).status).to.equal(404);
    });

    it('frees its sku', async () => {
      const { id, sku } = await api.createProduct();
      await api.delete(`/api/products/${id}`);
      expect((await api.createProduct({ sku })).id).to.not.equal(id);
    });
  });

  describe('a sku that is taken', () => {
    it('refuses POST, PUT and PATCH, and changes nothing', async () => {
      const { sku } = await api.createProduct();
      const other = await api.createProduct();
      const answers = [
        await api.post<Problem>('/api/products', newProduct({ sku })),
        await api.put<Problem>(`/api/products/${other.id}`, newProduct({ sku })),
        await api.patch<Problem>(`/api/products/${other.id}`, { sku }),
      ];
      for (const { status, body } of answers) {
        expect(status).to.equal(409);
        expect(body.code).to.equal('SKU_TAKEN');
      }
      expect(await api.product(other.id)).to.deep.equal(other);
    });

    it('is given to one of many who ask for it at once', async () => {
      const body = newProduct();
      const answers = await Promise.all(Array.from({ length: 10 }, () => api.post('/api/products', body)));
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).to.deep.equal([201, ...Array<number>(9).fill(409)]);
    });
  });

  describe('OPTIONS', () => {
    for (const [path, allow] of [
      ['/api/products', 'GET, HEAD, OPTIONS, POST'],
      [`/api/products/${unknownId}`, 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT'],
    ] as const) {
      it(`tells the methods of ${path}`, async () => {
        const { status, headers } = await api.request('OPTIONS', path);
        expect(status).to.equal(204);
        expect(headers.get('allow')).to.equal(allow);
      });
    }
  });
});

async function gzip(text: string): Promise<ArrayBuffer> {
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
}
