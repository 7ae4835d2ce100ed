import { expect } from 'chai';
import { z } from 'zod';
import { ConfigError, loadConfig } from '../../src/index.ts';

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
});
