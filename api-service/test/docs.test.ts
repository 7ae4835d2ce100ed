import { expect } from 'chai';
import { startApi, type Api } from './support/api.ts';

describe('the reference at /docs', () => {
  let api: Api;
  before(async () => {
    api = await startApi();
  });
  after(() => api.stop());

  it('is a page that loads nothing from elsewhere', async () => {
    const { status, headers, body } = await api.get<string>('/docs');
    expect(status).to.equal(200);
    expect(headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).to.match(/^default-src 'none';/);
    const sources = [...body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, source]) => source!);
    expect(sources).to.have.length(4);
    for (const source of sources) {
      const answer = await api.get<string>(source);
      expect(answer.status, source).to.equal(200);
      expect(answer.headers.get('content-type')).to.match(
        { css: /^text\/css/, js: /javascript/, svg: /^image\/svg/ }[source.split('.').at(-1)!]!,
      );
      expect(answer.body).to.have.length.above(100);
    }
  });

  it('has no other file of the package', async () => {
    for (const file of ['package.json', 'index.html', '../package.json', '%2e%2e/package.json'])
      expect((await api.get(`/docs/${file}`)).status).to.equal(404);
  });
});
