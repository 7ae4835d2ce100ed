import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../support/program.ts';
import { linkTree } from '../../support/project-copy.ts';

interface Package {
  name: string;
  version: string;
  bin?: string | Record<string, string>;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

const manifestOf = (path: string) =>
  JSON.parse(readFileSync(resolve(root, path, 'package.json'), 'utf8')) as Package;

/** The version of a package that this project has installed. */
export const versionOf = (name: string) => manifestOf(`node_modules/${name}`).version;

/** A folder for a project, which PostgreSQL may enter as well, whose user is another one than root. */
export async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ct-project-'));
  await chmod(folder, 0o755);
  return folder;
}

/**
 * A project in a folder of its own, with the library from its tarball and these packages. They and what they need are put
 * there from what this project has installed, so that npm asks no registry; it fails if it misses anything.
 */
export async function installProject(
  tarball: { file: string; manifest: { dependencies: Record<string, string> } },
  { packages = [], ...manifest }: { packages?: string[]; type?: 'module' | 'commonjs' },
) {
  const folder = await createFolder();
  const dependencies = Object.fromEntries(packages.map((name) => [name, versionOf(name)]));
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'shop',
      private: true,
      ...manifest,
      dependencies: { 'ct-common-lib': `file:${tarball.file}`, ...dependencies },
    }),
  );
  await linkPackages([...packages, ...Object.keys(tarball.manifest.dependencies)], folder);
  await npmInstall(folder, ['--offline']);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

export const npmInstall = (folder: string, args: string[]) =>
  promisify(execFile)('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...args], {
    cwd: folder,
    timeout: 120_000,
  });

/** Puts packages of this project, and those that they need, into the node_modules of a folder. */
export async function linkPackages(names: string[], folder: string): Promise<void> {
  const paths = new Set<string>();
  for (const name of names) collect(name, '', paths);
  // Those inside others after them, as a folder is only made once.
  for (const path of [...paths].sort()) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await linkTree(join(root, path), join(folder, path), { except: 'node_modules' });
    await linkPrograms(join(folder, path));
  }
}

/** As npm does; it would fetch a package anew whose programs are not there. */
async function linkPrograms(path: string): Promise<void> {
  const { name, bin = {} } = manifestOf(path);
  const programs = typeof bin === 'string' ? { [name.split('/').at(-1)!]: bin } : bin;
  const links = join(path.slice(0, path.lastIndexOf('node_modules/')), 'node_modules/.bin');
  await mkdir(links, { recursive: true });
  for (const [program, file] of Object.entries(programs))
    await symlink(relative(links, join(path, file)), join(links, program));
}

/** As Node.js finds a package: beside the one that asks, or further up. */
function collect(name: string, from: string, paths: Set<string>): void {
  const candidates = [from, ...parentsOf(from)].map((parent) => join(parent, 'node_modules', name));
  const path = candidates.find((candidate) => existsSync(join(root, candidate, 'package.json')));
  // What is for another platform is not there.
  if (path === undefined || paths.has(path)) return;
  paths.add(path);
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = manifestOf(path);
  const peers = Object.keys(peerDependencies ?? {}).filter((peer) => !peerDependenciesMeta?.[peer]?.optional);
  for (const needed of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers])
    collect(needed, path, paths);
}

/** For a package inside another one's node_modules: that one, and so on up to the root. */
function parentsOf(path: string): string[] {
  const parts = path.split(/\/?node_modules\//).slice(1);
  return parts.map((_, depth) =>
    parts
      .slice(0, parts.length - 1 - depth)
      .map((part) => `node_modules/${part}`)
      .join('/'),
  );
}
