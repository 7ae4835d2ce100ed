import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { processesIn } from './processes.ts';
import { root } from './program.ts';

/**
 * What a clone has: the files that git knows or would add, in a folder that only this user may enter. Unless told
 * otherwise it has the installed packages too.
 */
export async function copyProject({ installed = true } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'ct-reviews-copy-'));
  for (const file of await filesOfProject()) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await copyFile(join(root, file), join(folder, file));
  }
  if (installed) await linkTree(join(root, 'node_modules'), join(folder, 'node_modules'));

  return {
    folder,
    async remove() {
      for (const pid of processesIn(folder)) process.kill(pid, 'SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export type ProjectCopy = Awaited<ReturnType<typeof copyProject>>;

async function filesOfProject(): Promise<string[]> {
  // The folder may belong to somebody else, as a checkout in a container does.
  const git = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await promisify(execFile)('git', git, { cwd: root, maxBuffer: 16 * 1024 * 1024 });
  return stdout.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
}

/**
 * Gives a copy that has no packages those that are installed here, by links: enough where nothing is done to them. The
 * workspaces are those of the copy.
 */
export async function linkInstalled(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(join(root, 'node_modules'))) {
    const isWorkspace = existsSync(join(folder, name, 'package.json'));
    await symlink(isWorkspace ? join('..', name) : join(root, 'node_modules', name), join(modules, name));
  }
}

/** Hard links, as copies of so many files take half a minute. Entries of the name `except` are left out. */
export async function linkTree(
  from: string,
  to: string,
  { except }: { except?: string } = {},
): Promise<void> {
  await mkdir(to);
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      if (entry.name === except) return;
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      if (entry.isDirectory()) await linkTree(source, target, { except });
      else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
      else await link(source, target).catch(() => copyFile(source, target));
    }),
  );
}
