import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { hasWrk } from '../rig/load.ts';
import { query, root, type Servers } from '../rig/system.ts';

/** Where and with what something was measured. */
export interface Environment {
  machine: { processor: string; cores: number; memoryGiB: number; kernel: string };
  versions: Record<string, string>;
}

/** Asks the servers. */
export async function describeEnvironment(servers: Servers): Promise<Environment> {
  return {
    machine: {
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
    },
    versions: {
      'Node.js': process.versions.node,
      PostgreSQL: await postgresVersion(servers.postgresUrl('postgres')),
      Redis: await redisVersion(servers.redisUrl),
      RabbitMQ: await rabbitVersion(servers.rabbitUrl),
      ...((await hasWrk()) && { wrk: await wrkVersion() }),
      ...(await packageVersions('.', ['express', 'pg', 'sequelize', 'ioredis', 'amqplib'])),
      ...(await comparedVersions()),
    },
  };
}

/** The commit that is checked out, and whether something was changed since. */
export async function describeCommit(): Promise<string> {
  const git = async (...args: string[]) => (await promisify(execFile)('git', args, { cwd: root })).stdout;
  try {
    const commit = (await git('rev-parse', '--short=10', 'HEAD')).trim();
    // What a run writes down itself changes nothing that is measured.
    const changed = await git(
      'status',
      '--porcelain',
      '--',
      '.',
      ':!benchmarks/*.json',
      ':!benchmarks/plots',
      ':!*.md',
    );
    return changed === '' ? commit : `${commit} with changes`;
  } catch {
    return 'unknown';
  }
}

async function postgresVersion(url: string) {
  const [row] = await query<{ server_version: string }>(url, 'SHOW server_version');
  return row!.server_version.split(' ')[0]!;
}

async function redisVersion(url: string) {
  const redis = new Redis(url);
  try {
    return /redis_version:(\S+)/.exec(await redis.info('server'))![1]!;
  } finally {
    redis.disconnect();
  }
}

async function rabbitVersion(url: string) {
  const connection = await connect(url);
  try {
    const { serverProperties } = connection.connection;
    return String(serverProperties.version);
  } finally {
    await connection.close();
  }
}

async function wrkVersion() {
  // It prints its version with its usage, and ends with 1.
  const said = await promisify(execFile)('wrk', ['-v']).catch((error: { stdout: string }) => error);
  return /wrk (?:debian\/)?([\d.]+)/.exec(said.stdout)?.[1] ?? 'unknown';
}

/** Of what benchmarks/package.json installs; that of a package that the services have too is that of the compared caches. */
async function comparedVersions() {
  const { devDependencies = {}, optionalDependencies = {} } = await readPackage('benchmarks');
  const versions = await packageVersions(
    'benchmarks',
    Object.keys({ ...devDependencies, ...optionalDependencies }),
  );
  const { ioredis, ...others } = versions;
  return { ...others, ...(ioredis && { 'ioredis of the compared caches': ioredis }) };
}

interface Package {
  version: string;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const readPackage = async (folder: string) =>
  JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as Package;

/** Without those that are not installed. */
async function packageVersions(folder: string, names: string[]): Promise<Record<string, string>> {
  const found = names.map(async (name) => {
    const installed = await readPackage(join(folder, 'node_modules', name)).catch(() => undefined);
    return installed ? [[name, installed.version]] : [];
  });
  return Object.fromEntries((await Promise.all(found)).flat()) as Record<string, string>;
}
