import { expect } from 'chai';
import { parseRedisUrl, redisUrlSetting } from '../../src/cache/redis-url.ts';

describe('the URL of a Redis', () => {
  it('may name one server, which stays as it is', () => {
    for (const url of ['redis://localhost', 'rediss://user:secret@host:6380/2'])
      expect(parseRedisUrl(url)).to.deep.equal({ kind: 'server', url });
  });

  it('may name sentinels, and what they call the primary', () => {
    expect(parseRedisUrl('redis+sentinel://user:p%40ss@a,b:26380/shop?sentinelPassword=s%2Fp')).to.deep.equal(
      {
        kind: 'sentinel',
        options: {
          username: 'user',
          password: 'p@ss',
          sentinels: [
            { host: 'a', port: 26_379 },
            { host: 'b', port: 26_380 },
          ],
          name: 'shop',
          sentinelPassword: 's/p',
        },
      },
    );
  });

  it('may name nodes of a cluster', () => {
    expect(parseRedisUrl('redis+cluster://:secret@a:7000,[::1]')).to.deep.equal({
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 7000 },
        { host: '::1', port: 6379 },
      ],
      options: { password: 'secret' },
    });
  });

  it('may ask for TLS, to all of them', () => {
    expect(parseRedisUrl('rediss+cluster://a')).to.have.nested.property('options.tls');
    expect(parseRedisUrl('rediss+sentinel://a/shop')).to.have.nested.property('options.sentinelTLS');
  });

  for (const [url, fault] of [
    ['localhost:6379', /^must be redis:\/\/host:6379, redis\+sentinel:\/\//],
    ['redis://a,b', /^must be redis:/],
    ['redis+cluster://a:1,b:x', /^must be redis:/],
    ['redis+cluster://a,,b', /a host is missing/],
    ['redis+cluster://a/1', /^must not name a database/],
    ['redis+sentinel://a,b', /the name that the sentinels know the primary by is missing/],
    ['redis+other://a', /^must be redis:/],
  ] as const) {
    it(`is refused as ${url}, with what is wrong`, () => {
      expect(redisUrlSetting.safeParse(url).error?.issues[0]?.message).to.match(fault);
    });
  }
});
