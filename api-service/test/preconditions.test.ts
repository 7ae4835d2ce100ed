import { expect } from 'chai';
import { startApi, type Api } from './support/api.ts';
import { unknownId } from './support/endpoints.ts';
import { newProduct, type Problem } from './support/http-client.ts';

type Method = 'PUT' | 'PATCH' | 'DELETE';

interface Thing {
  /** Creates one and gives its path. */
  create: (api: Api) => Promise<string>;
  collection: string;
  bodies: Record<Method, () => object | undefined>;
}

const things: Record<string, Thing> = {
  'a product': {
    create: async (api) => `/api/products/${(await api.createProduct()).id}`,
    collection: '/api/products',
    bodies: {
      PUT: () => newProduct({ name: 'Kettle' }),
      PATCH: () => ({ name: 'Kettle' }),
      DELETE: () => undefined,
    },
  },
  'a review': {
    create: async (api) => `/api/reviews/${(await api.createReview((await api.createProduct()).id)).id}`,
    collection: '/api/reviews',
    bodies: { PUT: () => ({ rating: 2 }), PATCH: () => ({ rating: 2 }), DELETE: () => undefined },
  },
};

for (const [title, { create, collection, bodies }] of Object.entries(things)) {
  describe(`If-Match on ${title}`, () => {
    let api: Api;
    before(async () => {
      api = await startApi();
    });
    after(() => api.stop());

    const write = (method: Method, path: string, ifMatch: string) =>
      api.request<Problem>(method, path, { json: bodies[method](), headers: { 'If-Match': ifMatch } });
    const etagOf = async (path: string) => (await api.get(path)).headers.get('etag')!;

    for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
      for (const [name, header] of [
        ['its ETag', (etag: string) => etag],
        ['a list that holds its ETag', (etag: string) => `"7-other", ${etag}`],
        ['any ETag', () => '*'],
      ] as const)
        it(`lets a ${method} through with ${name}`, async () => {
          const path = await create(api);
          const { status } = await write(method, path, header(await etagOf(path)));
          expect(status).to.equal(method === 'DELETE' ? 204 : 200);
        });

      for (const [name, header] of [
        ['its ETag, weak, as If-Match compares strongly', (etag: string) => `W/${etag}`],
        ['no tag of ours', () => '"1"'],
        ['no tag at all', () => '1'],
        ['a version that no row can have', () => `"${'9'.repeat(40)}-abc"`],
        ['nothing', () => ''],
      ] as const)
        it(`refuses a ${method} with ${name}`, async () => {
          const path = await create(api);
          const before = await api.get(path);
          const { status, body } = await write(method, path, header(before.headers.get('etag')!));
          expect(status).to.equal(412);
          expect(body.code).to.equal('VERSION_MISMATCH');
          expect((await api.get(path)).body).to.deep.equal(before.body);
        });

      it(`refuses a ${method} with the ETag from before another change`, async () => {
        const path = await create(api);
        const old = await etagOf(path);
        const { body: changed } = await api.patch(path, bodies.PATCH());
        expect((await write(method, path, old)).status).to.equal(412);
        expect((await api.get(path)).body).to.deep.equal(changed);
      });

      it(`leaves a ${method} of what does not exist a 404`, async () => {
        for (const ifMatch of ['*', '"1-abc"'])
          expect((await write(method, `${collection}/${unknownId}`, ifMatch)).status).to.equal(404);
      });
    }

    it('refuses a PATCH that changes nothing, too', async () => {
      const path = await create(api);
      const answer = await api.request('PATCH', path, { json: {}, headers: { 'If-Match': '"2-abc"' } });
      expect(answer.status).to.equal(412);
    });

    it('lets one of many through who change the same version at once', async () => {
      const path = await create(api);
      const etag = await etagOf(path);
      const answers = await Promise.all(Array.from({ length: 20 }, () => write('PATCH', path, etag)));
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).to.deep.equal([200, ...Array<number>(19).fill(412)]);
    });
  });
}
