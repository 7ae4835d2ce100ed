import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './program.ts';

const script = readFileSync(join(root, '.ci/run'), 'utf8');

/** The packages of Debian that `.ci/run` installs for the tests; the benchmarks alone want wrk. */
export const packagesForTests = [
  ...[...script.matchAll(/^install \S+ (\S+)$/gm)].map(([, name]) => name!),
  ...[...script.matchAll(/^ +apt-get .*download -qq (\S+)$/gm)].map(([, name]) => name!),
].filter((name) => name !== 'wrk');
