import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { waitFor } from 'ct-common-lib/testing';
import { findFreePort } from './free-port.ts';
import type { Server } from './server.ts';
import { createServerFolder } from './server-folder.ts';

export interface RedisServer extends Server {
  url: string;
  /** One command on a connection of its own: 1 s to connect, 10 s to answer. */
  command(...args: string[]): Promise<unknown>;
}

/** A Redis that keeps nothing on disk: after `stop` or `kill` it starts empty. */
export async function createRedisServer({ folder }: { folder: string }): Promise<RedisServer> {
  const { home, data, ...processes } = await createServerFolder(folder, 'redis');
  const hasToAllowDebug = (await findVersion()) >= 7;
  const port = await findFreePort();
  const options = [
    ...['--port', String(port), '--bind', '127.0.0.1'],
    ...['--save', '', '--appendonly', 'no'],
    ...['--logfile', join(home, 'redis.log')],
    ...(hasToAllowDebug ? ['--enable-debug-command', 'yes'] : []),
  ];

  async function command(name: string, ...args: string[]): Promise<unknown> {
    const client = new Redis(port, '127.0.0.1', {
      lazyConnect: true,
      enableReadyCheck: false,
      connectTimeout: 1_000,
      commandTimeout: 10_000,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    command,

    async start() {
      // A session of its own: Ctrl-C is the rig's to handle.
      const child = spawn('redis-server', options, { cwd: data, stdio: 'ignore', detached: true });
      child.on('error', () => undefined);
      child.unref();
      await waitFor(`redis-server to answer, see ${home}`, () => command('PING'), { timeoutMs: 10_000 });
    },

    async stop() {
      if (processes.isEmpty()) return;
      // It closes the connection instead of an answer.
      await command('SHUTDOWN', 'NOSAVE').catch(() => undefined);
      const isGone = waitFor('redis-server to end', () => processes.isEmpty(), { timeoutMs: 5_000 });
      await isGone.catch(() => processes.kill());
    },

    kill: () => processes.kill(),
    pause: () => processes.pause(),
    resume: () => processes.resume(),
  };
}

async function findVersion(): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)('redis-server', ['--version']);
    return Number(/v=(\d+)/.exec(stdout)?.[1]);
  } catch (cause) {
    throw new Error('There is no redis-server: install it, on Debian with apt-get install redis-server', {
      cause,
    });
  }
}
