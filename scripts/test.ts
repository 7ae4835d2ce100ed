// `npm test [-- mocha's arguments]`: all tests with coverage, or those that the arguments choose without it.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { connect as connectToRabbit } from 'amqplib';
import { Redis } from 'ioredis';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const packageFolder = (name: string) => dirname(require.resolve(`${name}/package.json`));

async function pingRedis(url: string) {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 1000, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}

async function pingRabbit(url: string) {
  const connection = await connectToRabbit(url, { timeout: 2000 });
  connection.on('error', () => {});
  await connection.close();
}

async function answering(name: string, url: string, ping: (url: string) => Promise<void>) {
  try {
    await ping(url);
    console.log(`${name} answers: its suites run.`);
    return url;
  } catch (error) {
    console.log(
      `${name} does not answer (${(error as Error).message || 'no connection'}): its suites are pending.`,
    );
    return undefined;
  }
}

// The tests choose their own settings, whatever the developer's shell has for the services.
const settings =
  /^(REDIS|RABBITMQ|DATABASE|DATABASE_REPLICA|RATING_DATABASE|MIGRATION_DATABASE|RATING_MIGRATION_DATABASE|API|SMTP|PUBLIC)_URL(_FILE)?$|^(RATING_)?PORT$|^(AUTH|RATE_LIMIT)(_|$)|^OTEL_|^(HOST|DATA_DIR|LOG_LEVEL|NAME_PREFIX|DRAIN_SECONDS|NODE_ENV|ACCOUNTS|MAIL_FROM|TRUST_PROXY|CORS_ORIGINS)$/;
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !settings.test(name)));
const { REDIS_URL, RABBITMQ_URL } = process.env;
const TEST_REDIS_URL = await answering('Redis', REDIS_URL ?? 'redis://127.0.0.1:6379', pingRedis);
const TEST_RABBITMQ_URL = await answering(
  'RabbitMQ',
  RABBITMQ_URL ?? 'amqp://guest:guest@127.0.0.1:5672',
  pingRabbit,
);

// Those of the whole system first, as they take the longest.
const specs = ['.', 'ct-common-lib', 'api-service', 'rating-service'].map(
  (folder) => `${folder}/test/**/*.test.ts`,
);
const chosen = process.argv.slice(2);
const namesFiles = chosen.some((argument) => argument.endsWith('.test.ts'));
const coverage = [join(packageFolder('c8'), 'bin', 'c8.js'), process.execPath];
const mocha = [
  join(packageFolder('mocha'), 'bin', 'mocha.js'),
  '--reporter',
  join(root, 'test/support/reporter.mjs'),
];
// Most tests wait for a server or a process: four files at once take half the time, on two cores too.
const fourAtOnce = ['--parallel', '--jobs', '4'];
// It compares two loads, so nothing else may take the processor from one of them.
const wantsAllProcessors = 'test/system/overload.test.ts';

function run(args: string[]): Promise<number> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...environment, TEST_REDIS_URL, TEST_RABBITMQ_URL },
    // A group of its own, as a signal to c8 alone would not reach the process that runs the tests.
    detached: process.platform !== 'win32',
  });
  const stop = () =>
    child.pid && process.platform !== 'win32' ? process.kill(-child.pid, 'SIGTERM') : child.kill();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  return new Promise((resolve) =>
    child.once('exit', (code, signal) => {
      for (const name of signals) process.off(name, stop);
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']);
    }),
  );
}

if (chosen.length > 0) {
  process.exitCode = await run([...mocha, ...fourAtOnce, ...chosen, ...(namesFiles ? [] : specs)]);
} else {
  process.exitCode =
    (await run([...coverage, ...mocha, ...fourAtOnce, '--ignore', wantsAllProcessors, ...specs])) ||
    (await run([...mocha, wantsAllProcessors]));
}
