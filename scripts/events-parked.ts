import { createInterface } from 'node:readline';
import { withSecretFiles } from 'ct-common-lib';
import { runEventsParked } from './parked/run.ts';
import { findRunning } from './running.ts';

function readEnvironment() {
  try {
    const { RABBITMQ_URL, NAME_PREFIX, DATABASE_URL } = withSecretFiles(
      ['RABBITMQ_URL', 'DATABASE_URL'],
      process.env,
    );
    return { rabbitmqUrl: RABBITMQ_URL, prefix: NAME_PREFIX ?? '', databaseUrl: DATABASE_URL };
  } catch (error) {
    console.error((error as Error).message);
    return process.exit(1);
  }
}

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
const { rabbitmqUrl, prefix, databaseUrl } = readEnvironment();
process.exitCode = await runEventsParked(process.argv.slice(2), {
  rabbitmqUrl,
  prefix,
  databaseUrl: databaseUrl ?? (await findRunning())?.databaseUrl,
  stdout: process.stdout,
  stderr: process.stderr,
  ask: process.stdin.isTTY ? ask : undefined,
});
