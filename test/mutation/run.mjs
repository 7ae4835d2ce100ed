// `npm run test:mutation [-- groups…]`: changes the code in small ways, one at a time, and looks whether the tests
// notice. Exits 1 if too few of a group's mutants were killed: the threshold is in stryker.config.mjs.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../ct-common-lib/src/postgres/embedded.ts';
import { untilExit } from '../../scripts/setup/child.mjs';
import { install } from '../../scripts/setup/install.mjs';
import { groups } from './groups.mjs';
import { runSqlMutants } from './sql.mjs';

const folder = import.meta.dirname;
const root = join(folder, '../..');

/** Runs Stryker on each group, and then the mutants of its SQL. Gives the groups that fell short. */
async function run(names, postgresUrl) {
  const short = [];
  for (const name of names) {
    console.log(`\n${name}`);
    const env = environmentOf(name, postgresUrl);
    const stryker = join(folder, 'node_modules/@stryker-mutator/core/bin/stryker.js');
    const args = [stryker, 'run', join(folder, 'stryker.config.mjs')];
    const code = await untilExit(spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env }));
    if (code > 1) throw new Error(`Stryker ended with ${code}`);
    const sqlHolds = await runSqlMutants(name, env);
    if (code !== 0 || !sqlHolds) short.push(name);
  }
  return short;
}

function environmentOf(group, postgresUrl) {
  const servers = {
    TEST_REDIS_URL: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379',
    TEST_RABBITMQ_URL: process.env.RABBITMQ_URL ?? 'amqp://guest:guest@127.0.0.1:5672',
  };
  const found = Object.entries(servers).filter(([name]) => groups[group].servers?.includes(name));
  return {
    ...process.env,
    ...Object.fromEntries(found),
    MUTATION_GROUP: group,
    TEST_POSTGRES_URL: postgresUrl,
  };
}

async function withPostgres(work) {
  const dataDir = await mkdtemp(join(tmpdir(), 'ct-reviews-mutation-'));
  const postgres = await startEmbeddedPostgres({ dataDir, databases: [], durable: false });
  try {
    return await work(postgres.url('postgres'));
  } finally {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function main(chosen) {
  const unknown = chosen.filter((name) => !Object.hasOwn(groups, name));
  if (unknown.length > 0) {
    console.error(`There is no group ${unknown.join(', ')}: choose from ${Object.keys(groups).join(', ')}.`);
    return 1;
  }
  const installed = await install(folder);
  if (installed !== 0) return installed;
  await mkdir(join(root, '.data/mutation'), { recursive: true });

  const names = chosen.length > 0 ? chosen : Object.keys(groups);
  const short = await withPostgres((url) => run(names, url));
  if (short.length > 0) console.error(`Too few mutants were killed: ${short.join(', ')}`);
  return short.length > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
