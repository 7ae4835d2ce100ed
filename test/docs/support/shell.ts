import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auth } from '../../../api-service/test/support/tokens.ts';
import { root } from './markdown.ts';

export interface ShellResult {
  stdout: string;
  stderr: string;
  /** The status of each answer, in order. */
  statuses: number[];
}

/**
 * A shell that a reader of the documents might use: variables last from one snippet to the next, `curl` is ours,
 * `npm run import` imports into `databaseUrl`, and `npm run token` signs with the tests' key.
 */
export async function openShell({ databaseUrl }: { databaseUrl: string }) {
  const folder = await mkdtemp(join(tmpdir(), 'ct-reviews-docs-'));
  const variables = join(folder, 'variables.sh');
  const calls = join(folder, 'calls');
  await writeFile(variables, '');
  const prelude = `
    curl() { "$NODE" '${join(import.meta.dirname, 'curl.mjs')}' "$@"; }
    npm() {
      shift
      [ "$1" = -s ] && shift
      script=$1
      shift
      [ "$1" = -- ] && shift
      "$NODE" --conditions=ct-source --import '${import.meta.resolve('tsx')}' "${join(root, 'scripts')}/$script.ts" "$@"
    }
    . '${variables}'
  `;
  const environment = {
    ...process.env,
    NODE: process.execPath,
    CALLS: calls,
    DATABASE_URL: databaseUrl,
    AUTH_KEYS_FILE: auth.keysFile,
  };

  return {
    async run(snippet: string): Promise<ShellResult> {
      await writeFile(calls, '');
      const names = [...snippet.matchAll(/^([A-Z]+)=/gm)].map(([, name]) => name);
      const keep = names.map((name) => `printf "${name}='%s'\\n" "$${name}" >> '${variables}'`).join('\n');
      const { stdout, stderr } = await sh(`${prelude}\n${snippet}\n${keep}`, folder, environment);
      const statuses = (await readFile(calls, 'utf8')).trim().split('\n').filter(Boolean).map(Number);
      return { stdout, stderr, statuses };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

export type Shell = Awaited<ReturnType<typeof openShell>>;

/** The exit code is not looked at: an import that refuses a row has one, and means it. */
function sh(script: string, cwd: string, env: NodeJS.ProcessEnv) {
  return new Promise<{ stdout: string; stderr: string }>((resolve) => {
    execFile('/bin/sh', ['-c', script], { cwd, env }, (_error, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
}
