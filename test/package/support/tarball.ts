import { createPackageFromTarballData } from '@arethetypeswrong/core';
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../support/program.ts';

export interface Manifest {
  name: string;
  version: string;
  dependencies: Record<string, string>;
  exports: Record<string, string | Record<string, string>>;
  [field: string]: unknown;
}

/** Packs the library as `npm publish` does, in a copy: packing makes dist anew, which others may be reading. */
export async function packLibrary() {
  const folder = await mkdtemp(join(tmpdir(), 'ct-package-'));
  const library = join(root, 'ct-common-lib');
  const isLeftOut = (path: string) => ['dist', 'test', 'node_modules', 'reference'].includes(basename(path));
  await cp(library, join(folder, 'ct-common-lib'), {
    recursive: true,
    filter: (path) => path === library || !isLeftOut(path),
  });
  await copyFile(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await promisify(execFile)('npm', ['pack', '--pack-destination', folder], {
    cwd: join(folder, 'ct-common-lib'),
  });
  const file = join(
    folder,
    (await readdir(folder)).find((name) => name.endsWith('.tgz'))!,
  );
  const bytes = await readFile(file);
  const contents = createPackageFromTarballData(bytes);
  const read = (path: string) => contents.readFile(`/node_modules/ct-common-lib/${path}`);
  return {
    file,
    bytes,
    contents,
    /** The paths below the package's folder. */
    files: contents.listFiles().map((path) => path.replace('/node_modules/ct-common-lib/', '')),
    read,
    manifest: JSON.parse(read('package.json')) as Manifest,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export type Tarball = Awaited<ReturnType<typeof packLibrary>>;
