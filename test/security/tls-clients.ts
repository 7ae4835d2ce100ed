// Connects to each [kind, url] of its argument as the services do, and prints what came of it: `connected`, or why not.
import { createLogger, createMetrics } from 'ct-common-lib';
import { createRabbitBus } from 'ct-common-lib/bus';
import { createRedisStore } from 'ct-common-lib/cache';
import { createSequelize } from 'ct-common-lib/postgres';
import { waitFor } from 'ct-common-lib/testing';
import { connect as connectImport } from '../../api-service/src/import/connection.ts';
import { createBucket } from '../../api-service/src/limits/bucket.ts';
import { createRedisBuckets } from '../../api-service/src/limits/redis-buckets.ts';
import { createMailer } from '../../api-service/src/mail/mailer.ts';

const log = createLogger({ name: 'test', level: 'silent' });

/** A logger that remembers the first error that it is told of. */
function listener() {
  const heard: Error[] = [];
  const hear = ({ err }: { err?: Error }) => void (err && heard.push(err));
  return { heard, log: Object.assign(Object.create(log) as typeof log, { warn: hear, debug: hear }) };
}

const clients: Record<string, (url: string) => Promise<unknown>> = {
  async postgres(url) {
    const sequelize = createSequelize(url, { log, applicationName: 'tls' });
    const [[row]] = await sequelize
      .query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
      .finally(() => sequelize.close());
    if (!(row as { ssl: boolean }).ssl) throw new Error('not encrypted');
  },

  async import(url) {
    const connection = await connectImport(url);
    await connection.close();
  },

  async redis(url) {
    const { heard, log } = listener();
    const store = createRedisStore({ url, log });
    await store.start();
    await waitFor('an outcome', () => store.session() !== undefined || heard.length > 0, {
      timeoutMs: 20_000,
    });
    await store.stop();
    if (heard[0]) throw heard[0];
  },

  async limits(url) {
    const { heard, log } = listener();
    const buckets = createRedisBuckets({ url, prefix: 'tls:', log });
    await buckets.start();
    const lack = await buckets.take('a', createBucket(60));
    buckets.stop();
    if (lack === undefined) throw heard[0] ?? new Error('no answer');
  },

  async rabbitmq(url) {
    const { heard, log } = listener();
    const bus = createRabbitBus({ url, name: 'tls', log, metrics: createMetrics('tls') });
    await bus.start();
    await waitFor('an outcome', () => bus.state() === 'connected' || heard.length > 0, { timeoutMs: 20_000 });
    await bus.stop();
    if (heard[0]) throw heard[0];
  },

  async mail(url) {
    const mailer = createMailer({ smtp: { url, from: 'shop@shop.example' }, publicUrl: undefined }, log);
    await mailer.send({ kind: 'verify-email', to: 'ada@shop.example', link: 'https://shop.example' });
    mailer.stop();
  },
};

const wanted = JSON.parse(process.argv[2] ?? '[]') as [kind: string, url: string][];
const outcomes = await Promise.all(
  wanted.map(([kind, url]) =>
    clients[kind]!(url).then(
      () => 'connected',
      (error: Error) => error.message,
    ),
  ),
);
console.log(JSON.stringify(outcomes));
process.exit(0);
