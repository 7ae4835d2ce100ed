import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { createLogger, type Logger } from 'ct-common-lib';
import { createMemoryBus, type Bus } from 'ct-common-lib/bus';
import { createTestDatabase } from 'ct-common-lib/testing';
import { createServiceUser } from '../../../test/support/service-user.ts';
import { compose } from '../../src/compose.ts';
import type { AuthSettings } from '../../src/auth/auth-settings.ts';
import { configSchema, type Config } from '../../src/config.ts';
import { schema } from '../../src/db/schema.ts';
import type { MailSettings } from '../../src/mail/mail-settings.ts';
import { createHttpClient } from './http-client.ts';
import { auth, newAdmin } from './tokens.ts';

export const silent = createLogger({ name: 'test', level: 'silent' });

/** Stands before the Redis keys and RabbitMQ names of one test. */
export const randomPrefix = () => `test-${randomBytes(6).toString('hex')}:`;

export interface ApiOptions {
  /** Default: a database of its own, dropped at the stop, with tables that the service does not own. */
  databaseUrl?: string;
  /** Default: none. */
  replicaUrl?: string;
  /** Default: the in-process store. */
  redisUrl?: string;
  /** Takes the place of the in-process bus. */
  rabbitmqUrl?: string;
  /** Default: a bus of its own inside this process; one that is given belongs to whoever gives it. */
  bus?: Bus;
  prefix?: string;
  corsOrigins?: string[];
  /** Default: none. */
  limits?: Config['limits'];
  /** Default: no proxy is believed. */
  trustProxy?: Config['trustProxy'];
  /** Default: none is sent. */
  mail?: MailSettings;
  log?: Logger;
  /** Default: tokens of `tokenOf`; null: off. */
  auth?: AuthSettings | null;
}

/** What the service runs with unless told otherwise, on a free port. */
export const createConfig = (given: Partial<Config> & Pick<Config, 'databaseUrl'>): Config => ({
  ...configSchema.parse({}),
  auth,
  // A test may ask as often as it likes.
  limits: { reads: undefined, writes: undefined, logins: undefined },
  port: 0,
  ...given,
});

/** Runs the real service, on a free port, with a client for it and a connection to its database. */
export async function startApi(options: ApiOptions = {}) {
  const {
    redisUrl,
    rabbitmqUrl,
    prefix = randomPrefix(),
    corsOrigins = [],
    mail,
    limits,
    log = silent,
  } = options;
  const settings = options.auth === undefined ? auth : (options.auth ?? undefined);
  const database = options.databaseUrl === undefined ? await createTestDatabase({ name: 'api' }) : undefined;
  const databaseUrl = options.databaseUrl ?? database!.url;
  const user = database && (await createServiceUser(database.url, schema));
  const ownBus = options.bus || rabbitmqUrl ? undefined : createMemoryBus({ log: silent });
  const bus = options.bus ?? ownBus;
  const config = createConfig({
    databaseUrl: user?.url ?? databaseUrl,
    replicaUrl: options.replicaUrl,
    redisUrl,
    rabbitmqUrl,
    prefix,
    corsOrigins,
    auth: settings,
    trustProxy: options.trustProxy,
    ...(mail && { mail }),
    ...(limits && { limits }),
  });
  const app = compose(config, { log, ...(bus && { bus }) });
  await app.start();
  await ownBus?.start();

  return {
    ...createHttpClient(`http://127.0.0.1:${app.port()}`, newAdmin),
    databaseUrl,
    port: app.port(),
    drained: app.drained,
    appointFirstAdmin: app.appointFirstAdmin,
    async stop() {
      await ownBus?.stop();
      await app.stop();
      await database?.drop();
      await user?.drop();
    },
  };
}

export type Api = Awaited<ReturnType<typeof startApi>>;

/** A connection as psql would have it. */
export async function connect(databaseUrl: string): Promise<Client> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  return client;
}
