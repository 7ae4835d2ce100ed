import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { waitFor } from '../../../src/testing/index.ts';
import { findFreePort } from '../../../../test/faults/servers/free-port.ts';

export const hasRedisServer = spawnSync('redis-server', ['--version']).status === 0;

/** A Redis of the caller's own, to flush, freeze and kill. It keeps nothing on disk but what SAVE is told to. */
export async function createRedisServer({ settings = [] as string[], sentinel = false } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'ct-redis-'));
  const port = await findFreePort();
  // A sentinel writes into it what it finds out.
  const configFile = join(dir, 'sentinel.conf');
  const admin = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => 20 });
  admin.on('error', () => {});
  let child: ChildProcess | undefined;

  async function kill() {
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    child = undefined;
    await exited;
  }

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    admin,
    async start() {
      const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir];
      const options = sentinel ? [configFile, '--sentinel', ...own] : [...own, '--save', '', ...settings];
      if (sentinel) await writeFile(configFile, '', { flag: 'a' });
      child = spawn('redis-server', options, { stdio: 'ignore', cwd: dir });
      if (admin.status === 'wait') await admin.connect().catch(() => {});
      await waitFor('redis-server to answer', () => admin.ping());
    },
    kill,
    /** It keeps its connections, but answers nothing. */
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    async drop() {
      admin.disconnect();
      await kill();
      await rm(dir, { recursive: true });
    },
  };
}

export type RedisServer = Awaited<ReturnType<typeof createRedisServer>>;
