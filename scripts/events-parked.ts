import { createInterface } from 'node:readline';
import { runEventsParked } from './parked/run.ts';
import { findRunning } from './running.ts';

const { RABBITMQ_URL, NAME_PREFIX, DATABASE_URL } = process.env;

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D are no answer, and no yes.
  const answer = await new Promise<string>((resolve) => {
    terminal.once('close', () => resolve(''));
    terminal.question(`${question} [y/N] `, resolve);
  });
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/**
 * `npm run events:parked`: see `help`. It starts no database to look into, as what is parked there waits for the one who
 * looks into the log of a running API.
 */
process.exitCode = await runEventsParked(process.argv.slice(2), {
  rabbitmqUrl: RABBITMQ_URL || undefined,
  prefix: NAME_PREFIX ?? '',
  databaseUrl: DATABASE_URL || (await findRunning())?.databaseUrl,
  stdout: process.stdout,
  stderr: process.stderr,
  ask: process.stdin.isTTY ? ask : undefined,
});
