import { expect } from 'chai';
import { z } from 'zod';
import { ConfigError, loadConfig, portSetting, serviceSettings, urlSetting } from '../../src/index.ts';

const schema = z.object({
  PORT: z.coerce.number().int().max(65_535).default(3000),
  LOG_LEVEL: z.enum(['info', 'debug']).default('info'),
  DATABASE_URL: z.url().optional(),
});

describe('loadConfig', () => {
  it('gives parsed values and defaults', () => {
    expect(loadConfig(schema, { PORT: '8080' })).to.deep.equal({ PORT: 8080, LOG_LEVEL: 'info' });
  });

  it('takes an empty variable for one that is not set', () => {
    const config = loadConfig(schema, { PORT: '', DATABASE_URL: '', LOG_LEVEL: undefined });
    expect(config).to.deep.equal({ PORT: 3000, LOG_LEVEL: 'info' });
  });

  it('names all faults at once, each with its variable', () => {
    const env = { PORT: '70000', LOG_LEVEL: 'loud', DATABASE_URL: 'nowhere' };
    const load = () => loadConfig(schema, env);
    expect(load).to.throw(ConfigError, /^The configuration has 3 faults:\n/);
    expect(load).to.throw(ConfigError, /^ {2}PORT: .*65535/m);
    expect(load).to.throw(ConfigError, /^ {2}LOG_LEVEL: .*"info"/m);
    expect(load).to.throw(ConfigError, /^ {2}DATABASE_URL: /m);
  });

  it('counts a single fault as one', () => {
    expect(() => loadConfig(schema, { PORT: 'x' })).to.throw(ConfigError, /has a fault:\n {2}PORT: /);
  });

  it('names a rule over several variables the environment', () => {
    const both = schema.refine(({ DATABASE_URL }) => DATABASE_URL, 'set DATABASE_URL');
    expect(() => loadConfig(both, {})).to.throw(ConfigError, '  environment: set DATABASE_URL');
  });

  it('names a fault once, though two parts of a program read the same variable', () => {
    const parts = z.object({ api: schema, rating: schema });
    const load = () =>
      loadConfig(
        z.preprocess((env) => ({ api: env, rating: env }), parts),
        { PORT: 'x' },
      );
    expect(load).to.throw(ConfigError, /has a fault:\n {2}PORT: [^\n]*$/);
  });
});

describe('the settings of services', () => {
  const url = urlSetting('amqp:', 'amqps:');

  it('take URLs of the right kind and no others', () => {
    for (const good of ['amqp://localhost', 'amqps://guest:guest@rabbit:5671/vhost'])
      expect(url.parse(good)).to.equal(good);
    for (const bad of ['localhost:5672', 'redis://localhost', 'amqp//', ' ', 'nonsense'])
      expect(() => url.parse(bad), bad).to.throw('must be a URL that begins with amqp:// or amqps://');
  });

  it('take ports from 0 to 65535 and nothing else', () => {
    expect(['0', '3000', '65535'].map((port) => portSetting.parse(port))).to.deep.equal([0, 3000, 65_535]);
    for (const bad of ['65536', '-1', '80.5', '1e3', '0x50', ' 80', 'http', '999999'])
      expect(() => portSetting.parse(bad), bad).to.throw('must be a port number from 0 to 65535');
  });

  it('have defaults that need nothing to be set', () => {
    expect(loadConfig(z.object(serviceSettings), {})).to.deep.equal({
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      DATA_DIR: '.data',
      NAME_PREFIX: '',
    });
  });

  it('take only prefixes that every server accepts in a name', () => {
    expect(serviceSettings.NAME_PREFIX.parse('shop-1.eu:')).to.equal('shop-1.eu:');
    for (const bad of ['a b', '{tag}', 'ä', 'x'.repeat(101)])
      expect(() => serviceSettings.NAME_PREFIX.parse(bad), bad).to.throw('at most 100 letters');
  });
});
