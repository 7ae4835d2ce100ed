import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** The examples of the subpaths, in order, with what each prints. */
export function examples() {
  const section = /### `ct-common-lib(\S*)`\n[^#]*?```ts\n([^]*?)```\n\n```text\n([^]*?)\n```/g;
  return [...readme.matchAll(section)].map(([, subpath = '', code = '', output = '']) => ({
    subpath: `.${subpath}`,
    code,
    output: withoutTimes(output),
  }));
}

/** What mocha prints takes so long that it says so on a slow machine alone. */
export const withoutTimes = (text: string) => text.replaceAll(/ \(\d+ms\)/g, '').trim();

/** The packages that the README has installed for a subpath. */
export function peersInTable(subpath: string): string[] {
  const [, install = ''] = readme.split('## Install');
  const row = install.split('\n').find((line) => line.startsWith(`| \`${subpath.replace('./', '/')}\` `));
  return [...(row?.split('|')[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
}
