// `npm run up` and `npm run down`: PostgreSQL, Redis and RabbitMQ of docker-compose.yml, for services that run from source.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const files = ['--file', 'docker-compose.yml', '--file', 'docker-compose.dev.yml'];
const commands: Record<string, string[]> = {
  up: ['up', '--detach', '--wait', 'postgres', 'redis', 'rabbitmq'],
  down: ['down'],
};

const hint = `
They run until npm run down, which keeps their data. To run the services from source on them, in this shell:

  . ./.env
  export DATABASE_URL=postgres://ct_api_owner:$CT_API_OWNER_PASSWORD@127.0.0.1:\${POSTGRES_PORT:-5433}/ct_api
  export RATING_DATABASE_URL=postgres://ct_rating_owner:$CT_RATING_OWNER_PASSWORD@127.0.0.1:\${POSTGRES_PORT:-5433}/ct_rating
  export REDIS_URL=redis://default:$REDIS_PASSWORD@127.0.0.1:\${REDIS_PORT:-6379}
  export RABBITMQ_URL=amqp://ct_reviews:$RABBITMQ_PASSWORD@127.0.0.1:\${RABBITMQ_PORT:-5672}/ct_reviews
  npm run dev
`;

function fault(name: string): string | undefined {
  if (!commands[name]) return 'Usage: npm run up, or npm run down';
  if (spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status !== 0)
    return 'Docker with its compose plugin is needed, https://docs.docker.com/get-docker; npm start and npm run dev do without.';
  if (!existsSync(join(root, '.env')))
    return 'There is no .env with passwords: make it from .env.example, which says how in its first lines.';
  return undefined;
}

const [name = ''] = process.argv.slice(2);
const said = fault(name);
if (said) {
  console.error(said);
  process.exitCode = 1;
} else {
  const child = spawn('docker', ['compose', ...files, ...commands[name]!], { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const code = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  if (code === 0 && name === 'up') console.log(hint);
  process.exitCode = code;
}
