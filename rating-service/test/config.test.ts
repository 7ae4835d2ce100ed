import { expect } from 'chai';
import { ConfigError, loadConfig } from 'ct-common-lib';
import { configSchema } from '../src/config.ts';

describe('config', () => {
  const load = (env: NodeJS.ProcessEnv) => loadConfig(configSchema, env);

  it('needs nothing outside production', () => {
    expect(load({})).to.deep.equal({
      ratingDatabaseUrl: undefined,
      rabbitmqUrl: undefined,
      prefix: '',
      tracing: undefined,
      host: '127.0.0.1',
      port: 3001,
      dataDir: '.data',
      logLevel: 'info',
    });
  });

  it('takes every variable', () => {
    const config = load({
      RATING_DATABASE_URL: 'postgres://rating:secret@db:5432/rating',
      RABBITMQ_URL: 'amqps://ct:secret@mq/ct',
      NAME_PREFIX: 'staging.',
      HOST: '0.0.0.0',
      RATING_PORT: '8080',
      DATA_DIR: '/var/lib/ct',
      LOG_LEVEL: 'debug',
      NODE_ENV: 'production',
    });
    expect(config).to.deep.equal({
      ratingDatabaseUrl: 'postgres://rating:secret@db:5432/rating',
      rabbitmqUrl: 'amqps://ct:secret@mq/ct',
      prefix: 'staging.',
      tracing: undefined,
      host: '0.0.0.0',
      port: 8080,
      dataDir: '/var/lib/ct',
      logLevel: 'debug',
    });
  });

  it('refuses production without a database, and says what to set', () => {
    expect(() => load({ NODE_ENV: 'production' })).to.throw(ConfigError, 'RATING_DATABASE_URL: must be set');
  });

  it('names all faults at once', () => {
    const faulty = {
      NODE_ENV: 'production',
      RABBITMQ_URL: 'http://mq',
      NAME_PREFIX: 'no space',
      RATING_PORT: '65536',
      LOG_LEVEL: 'loud',
    };
    expect(() => load(faulty))
      .to.throw(ConfigError, '5 faults')
      .with.property('message')
      .that.includes('RATING_DATABASE_URL: must be set')
      .and.includes('RABBITMQ_URL: must be a URL that begins with amqp://')
      .and.includes('NAME_PREFIX: must be at most 100 letters')
      .and.includes('RATING_PORT: must be a port number')
      .and.includes('LOG_LEVEL: ');
  });

  for (const port of ['-1', '65536', '80.5', 'http', ' ']) {
    it(`refuses the port ${JSON.stringify(port)}`, () => {
      expect(() => load({ RATING_PORT: port })).to.throw(ConfigError, 'RATING_PORT: must be a port number');
    });
  }

  for (const url of ['mysql://db/rating', 'db/rating']) {
    it(`refuses the database URL ${url}`, () => {
      expect(() => load({ RATING_DATABASE_URL: url })).to.throw(
        ConfigError,
        'RATING_DATABASE_URL: must be a URL',
      );
    });
  }
});
