import { expect } from 'chai';
import { z } from 'zod';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConfigError,
  loadConfig,
  portSetting,
  secret,
  secretsOf,
  serviceSettings,
  urlOfHostsSetting,
  urlPerHost,
  urlSetting,
  withSecretFiles,
} from '../../src/index.ts';

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

describe('a secret', () => {
  const settings = z
    .object({
      DATABASE_URL: secret(z.url('must be a URL').optional()),
      TOKEN: secret(z.string('must be set')),
      NAME: z.string().optional(),
    })
    .refine(() => true)
    .transform((env) => env);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ct-secrets-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const fileOf = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it('comes from the variable, or from the file that NAME_FILE names, without the line break at its end', () => {
    const fromFile = { TOKEN_FILE: fileOf('token', 'a secret \r\n') };
    expect(loadConfig(settings, fromFile)).to.deep.equal({ TOKEN: 'a secret ' });
    expect(withSecretFiles(['TOKEN'], fromFile).TOKEN).to.equal('a secret ');
    expect(loadConfig(settings, { TOKEN: 'given', TOKEN_FILE: '' })).to.deep.equal({ TOKEN: 'given' });
  });

  it('is refused twice, unreadable, empty or wrong, with all faults at once, and never shown', () => {
    const load = (env: NodeJS.ProcessEnv) => () => loadConfig(settings, env);
    const good = fileOf('good', 'hidden');
    expect(load({ TOKEN: 'x', TOKEN_FILE: good })).to.throw(
      /has a fault:\n {2}TOKEN_FILE: cannot be set with TOKEN/,
    );
    expect(load({ TOKEN_FILE: join(folder, 'absent') })).to.throw(/has a fault:\n {2}TOKEN_FILE: .*ENOENT/);
    expect(load({ TOKEN_FILE: fileOf('empty', '\n'), DATABASE_URL_FILE: good })).to.throw(
      /has 2 faults:\n {2}TOKEN_FILE: names a file that is empty: .*\n {2}DATABASE_URL: must be a URL$/,
    );
    expect(load({ TOKEN_FILE: good, DATABASE_URL_FILE: good })).not.to.throw(/hidden/);
    expect(() => withSecretFiles(['TOKEN'], { TOKEN_FILE: folder })).to.throw(ConfigError, 'cannot be read');
  });

  it('is found in the schema of one program and of several; other settings have no files', () => {
    expect(secretsOf(settings)).to.deep.equal(['DATABASE_URL', 'TOKEN']);
    const both = z.preprocess((env) => ({ one: env, two: env }), z.object({ one: settings, two: settings }));
    expect(secretsOf(both)).to.include.members(['DATABASE_URL', 'TOKEN']);
    const loaded = loadConfig(both, { TOKEN_FILE: fileOf('shared', 't'), NAME_FILE: '/nowhere' });
    expect(loaded).to.deep.equal({ one: { TOKEN: 't' }, two: { TOKEN: 't' } });
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

  it('take URLs of several hosts where each of them would do', () => {
    const several = urlOfHostsSetting('amqp:');
    for (const good of ['amqp://a', 'amqp://u:p%40ss@a:5672,b:5673,[::1]:5674/vhost?heartbeat=2'])
      expect(several.parse(good)).to.equal(good);
    for (const bad of ['amqp://a:5672,b:x', 'amqp://a:1,b:99999', 'http://a,b', 'a,b', 'amqp:a'])
      expect(() => several.parse(bad), bad).to.throw('must be a URL that begins with amqp://; several hosts');
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

describe('urlPerHost', () => {
  it('gives one URL for each host, with all the rest', () => {
    const url = 'amqp://user:p%2Css@a:5672,b,[::1]:5674/v?heartbeat=2,3';
    expect(urlPerHost(url)).to.deep.equal([
      'amqp://user:p%2Css@a:5672/v?heartbeat=2,3',
      'amqp://user:p%2Css@b/v?heartbeat=2,3',
      'amqp://user:p%2Css@[::1]:5674/v?heartbeat=2,3',
    ]);
    expect(urlPerHost('redis://only')).to.deep.equal(['redis://only']);
  });
});
