import { expect } from 'chai';
import { createMetrics, loadConfig } from 'ct-common-lib';
import { createApp } from 'ct-common-lib/http';
import { configSchema } from '../../src/config.ts';
import { silent } from '../support/api.ts';

const load = (env: NodeJS.ProcessEnv) => loadConfig(configSchema, env);

describe('the settings of limits', () => {
  it('limit writes and logins, and believe no proxy, unless told otherwise', () => {
    const { limits, trustProxy } = load({});
    expect(limits).to.deep.equal({ reads: undefined, writes: 300, logins: 10 });
    expect(trustProxy).to.equal(undefined);
  });

  it('turn each limit on and off', () => {
    const { limits } = load({ RATE_LIMIT_READS: '6000', RATE_LIMIT_WRITES: 'off', RATE_LIMIT_LOGINS: '1' });
    expect(limits).to.deep.equal({ reads: 6000, writes: undefined, logins: 1 });
  });

  it('limit with AUTH=off what they name, and nothing else', () => {
    expect(load({ AUTH: 'off' }).limits).to.deep.equal({
      reads: undefined,
      writes: undefined,
      logins: undefined,
    });
    expect(load({ AUTH: 'off', RATE_LIMIT_WRITES: '5' }).limits).to.include({ writes: 5, reads: undefined });
  });

  for (const value of ['0', '-1', '1.5', '1000000', '10/s', 'on', 'OFF']) {
    it(`refuse ${value} a minute, naming the variable`, () => {
      expect(() => load({ RATE_LIMIT_READS: value, RATE_LIMIT_LOGINS: value })).to.throw(
        /2 faults:\n {2}RATE_LIMIT_READS: must be .*\n {2}RATE_LIMIT_LOGINS: must be a whole number a minute/,
      );
    });
  }

  const proxies: [text: string, trustProxy: number | string[]][] = [
    ['1', 1],
    ['12', 12],
    ['loopback', ['loopback']],
    ['loopback, linklocal,uniquelocal', ['loopback', 'linklocal', 'uniquelocal']],
    ['192.0.2.1', ['192.0.2.1']],
    ['10.0.0.0/8, fd00::/8', ['10.0.0.0/8', 'fd00::/8']],
    ['::1,2001:db8::1/128,10.0.0.1/32', ['::1', '2001:db8::1/128', '10.0.0.1/32']],
  ];
  for (const [text, trustProxy] of proxies) {
    it(`believe ${text}, and Express knows what that means`, () => {
      expect(load({ TRUST_PROXY: text }).trustProxy).to.deep.equal(trustProxy);
      createApp({ log: silent, metrics: createMetrics('test'), routers: [], trustProxy });
    });
  }

  const unfit = [
    '0',
    '-1',
    '100',
    '1,2',
    'false',
    'proxy.example',
    '10.1',
    '10.0.0.0/33',
    '10.0.0.1,',
    '::1/0',
  ];
  for (const text of ['true', '0.0.0.0/0', ...unfit]) {
    it(`refuse to believe ${text}`, () => {
      expect(() => load({ TRUST_PROXY: text })).to.throw(/TRUST_PROXY: must be .* not true .* any address/);
    });
  }
});
