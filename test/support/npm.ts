import { waitFor } from 'ct-common-lib/testing';
import { join } from 'node:path';
import { createHttpClient } from '../../api-service/test/support/http-client.ts';
import { tokenOf } from '../../api-service/test/support/tokens.ts';
import { runProgram, type Program, type ProgramOptions } from './program.ts';

/** Runs npm as a user would type it. */
export function runNpm(args: string[], { variables = {}, ...options }: ProgramOptions = {}) {
  return runProgram('npm', args, {
    ...options,
    // Any free port, unless told otherwise, and no look for a newer npm.
    variables: { PORT: '0', npm_config_update_notifier: 'false', ...variables },
  });
}

/** Runs `npm start` and waits until it is ready. */
export const npmStart = (options?: ProgramOptions) => greeted(runNpm(['start'], options));

/** Waits for the greeting of a program that starts everything, and reads it. */
export async function greeted(program: Program, { timeoutMs = 60_000 } = {}) {
  const greeting = await waitFor(
    'CT Reviews is ready, or exits',
    () => {
      const { stdout } = program.said;
      const isComplete = stdout.includes('Four lines to try') && stdout.endsWith('\n\n');
      return isComplete || !program.isRunning() ? stdout : undefined;
    },
    { timeoutMs },
  );
  if (!program.isRunning()) throw new Error(`It exited: ${greeting}${program.said.stderr}`);
  const named = (name: string) => new RegExp(`^ +${name} +(.*)$`, 'm').exec(greeting)?.[1] ?? '';
  const apiUrl = named('API');
  const data = named('Data');
  const keysFile = join(data.split(' (')[0]!, 'api-service/keys.json');
  return {
    ...createHttpClient(apiUrl, () => tokenOf({ role: 'admin' }, { keysFile })),
    program,
    apiUrl,
    greeting,
    data,
    health: named('Health').split(/ +/),
    /** The lines to try, as printed. */
    lines: greeting
      .split('\n')
      .flatMap((line) => /^ {2}((?:TOKEN=|PRODUCT=|curl |sleep 1; curl ).*)$/.exec(line)?.[1] ?? []),
  };
}

export type Started = Awaited<ReturnType<typeof greeted>>;

/** What was said on standard error, without npm's own words. */
export function complaint(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('npm '))
    .join('\n');
}
