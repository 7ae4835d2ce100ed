import { spawn, type ChildProcess } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from 'ct-common-lib/testing';
import { findFreePort } from '../faults/servers/free-port.ts';
import { root } from '../support/program.ts';

/** The nginx of docker/nginx in front of what listens on these ports. */
export async function startNginx(program: string, ports: number[]) {
  const folder = await mkdtemp(join(tmpdir(), 'ct-nginx-'));
  const port = await findFreePort();
  await copyFile(join(root, 'docker/nginx/nginx.conf'), join(folder, 'nginx.conf'));
  const servers = ports.map((each) => `server 127.0.0.1:${each} max_fails=3 fail_timeout=5s;\n`);
  await writeFile(join(folder, 'upstream.conf'), servers.join(''));
  await writeFile(join(folder, 'listen.conf'), `listen 127.0.0.1:${port};\n`);
  const own = `daemon off; pid ${join(folder, 'pid')};`;
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr', '-g', own];
  const child: ChildProcess = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr!.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const url = `http://127.0.0.1:${port}`;

  async function stop() {
    if (child.exitCode === null) {
      const isGone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await isGone;
    }
    await rm(folder, { recursive: true });
  }

  try {
    await waitFor('nginx to answer', async () => {
      if (child.exitCode !== null) return 'ended';
      await fetch(`${url}/metrics`);
      return 'answers';
    });
    if (child.exitCode !== null) throw new Error(`nginx does not start: ${said}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

export type Nginx = Awaited<ReturnType<typeof startNginx>>;
