import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const folders = [
  ...(process.env.PATH ?? '').split(delimiter),
  // Where Debian has programs that are not for everybody, and those of each release of PostgreSQL.
  '/usr/sbin',
  ...foldersIn('/usr/lib/postgresql')
    .sort((a, b) => Number(b) - Number(a))
    .map((release) => join('/usr/lib/postgresql', release, 'bin')),
];

function foldersIn(path: string): string[] {
  return existsSync(path) ? readdirSync(path) : [];
}

/** Where programs are, given with their packages of Debian, and which packages are missing. */
export function findPrograms<Name extends string>(packages: Record<Name, string>) {
  const paths: Record<string, string> = {};
  const missing = new Set<string>();
  for (const [name, debianPackage] of Object.entries<string>(packages)) {
    const path = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (path === undefined) missing.add(debianPackage);
    else paths[name] = path;
  }
  return { paths: paths as Record<Name, string>, missing: [...missing] };
}

/**
 * A suite that needs programs, given with their packages of Debian; it is told where each of them is. If one is missing the suite is one
 * pending test that says how to install it; with `REQUIRE_SERVICES=1` that test fails.
 */
export function describeWithPrograms<Name extends string>(
  title: string,
  packages: Record<Name, string>,
  suite: (paths: Record<Name, string>) => void,
) {
  describe(title, () => {
    const { paths, missing } = findPrograms(packages);
    if (missing.length === 0) return suite(paths);
    const needed = `needs apt-get install ${missing.join(' ')}`;
    if (process.env.REQUIRE_SERVICES !== '1') return void it(needed);
    it(needed, () => {
      throw new Error(`REQUIRE_SERVICES=1, and this suite ${needed}`);
    });
  });
}
