import { expect } from 'chai';
import { encodeCursor } from '../../src/db/cursor.ts';
import { startApi, type Api } from '../support/api.ts';
import type { Problem } from '../support/http-client.ts';
import { expectProblem } from '../support/problem.ts';

describe('a cursor', () => {
  let api: Api;
  let productId: string;
  before(async () => {
    api = await startApi();
    for (let n = 0; n < 3; n++) productId = (await api.createProduct({ brand: 'Mahlwerk' })).id;
    for (let n = 0; n < 3; n++) await api.createReview(productId);
  });
  after(() => api.stop());

  const cursorOf = async (path: string) => (await api.page(path)).nextCursor!;

  async function expectRefused(url: string) {
    const answer = await api.get<Problem>(url);
    expectProblem(answer, { status: 400, code: 'CURSOR_INVALID', instance: url, pointers: ['/cursor'] });
  }

  it('is a 400 when any character of it was changed, lost or added', async () => {
    for (const path of ['/api/products?limit=1', `/api/products/${productId}/reviews?limit=1`]) {
      const cursor = await cursorOf(path);
      for (let at = 0; at < cursor.length; at += 5) {
        const other = cursor[at] === 'A' ? 'B' : 'A';
        await expectRefused(`${path}&cursor=${cursor.slice(0, at)}${other}${cursor.slice(at + 1)}`);
        await expectRefused(`${path}&cursor=${cursor.slice(0, at)}${cursor.slice(at + 1)}`);
      }
      for (const added of [`${cursor}A`, `A${cursor}`, `${cursor}=`, `${cursor}%20`, cursor + cursor])
        await expectRefused(`${path}&cursor=${added}`);
    }
  });

  it('is a 400 when it is none', async () => {
    for (const text of [
      '',
      'abc',
      '0',
      'null',
      '%00',
      '😀',
      '_-_-',
      Buffer.from('["1",2]').toString('base64url'),
    ])
      await expectRefused(`/api/products?cursor=${encodeURIComponent(text)}`);
  });

  it('is a 400 when somebody forged its checksum and put in what no list has', async () => {
    for (const [sort, value] of [
      ['-createdAt', 'abc'],
      ['-createdAt', '2026-02-31'],
      ['price', 'x'],
      ['-reviewCount', '9'.repeat(23)],
    ] as const) {
      const cursor = encodeCursor({ value, id: productId }, { sort });
      await expectRefused(`/api/products?sort=${sort}&cursor=${cursor}`);
    }
    const noId = encodeCursor({ value: 'a', id: 'b' }, { sort: 'name' });
    await expectRefused(`/api/products?sort=name&cursor=${noId}`);
  });

  it('is taken back after the longest name that JSON escapes', async () => {
    const name = '\u0001'.repeat(200);
    await api.createProduct({ name });
    const cursor = await cursorOf('/api/products?sort=name&limit=1');
    expect(cursor.length).to.be.above(1_600);
    expect((await api.page(`/api/products?sort=name&limit=1&cursor=${cursor}`)).data).to.have.length(1);
  });

  it('is a 400 in a list with another sort, filter, or product', async () => {
    const cursor = await cursorOf('/api/products?limit=1&sort=name');
    for (const query of [
      '',
      'sort=price&',
      'sort=name&brand=Mahlwerk&',
      'sort=name&q=coffee&',
      'sort=name&minRating=1&',
    ])
      await expectRefused(`/api/products?${query}cursor=${cursor}`);

    const other = await api.createProduct();
    const reviewCursor = await cursorOf(`/api/products/${productId}/reviews?limit=1`);
    for (const path of [
      `/api/products/${other.id}/reviews?`,
      `/api/products/${productId}/reviews?sort=rating&`,
      `/api/products/${productId}/reviews?rating=5&`,
      '/api/products?',
    ])
      await expectRefused(`${path}cursor=${reviewCursor}`);
  });

  it('may go on with another limit', async () => {
    const cursor = await cursorOf('/api/products?limit=1&sort=name');
    expect((await api.page(`/api/products?limit=100&sort=name&cursor=${cursor}`)).data).to.have.length.above(
      1,
    );
  });
});
