import { AppError } from './errors.ts';
import type { Lifecycle } from './lifecycle.ts';

/**
 * Runs a program that lasts: `prepare` reads the configuration and gives a lifecycle, which is started, and
 * stopped on SIGINT, SIGTERM, SIGHUP, or when the launcher that holds the other end of the IPC channel dies. A second
 * SIGINT does not wait for the stop. Exit code 0 after a stop, 1 when it cannot start, with one message on stderr.
 */
export async function runProcess(name: string, prepare: () => Lifecycle | Promise<Lifecycle>): Promise<void> {
  let lifecycle: Lifecycle | undefined;
  let asked = false;
  const stop = (signal?: NodeJS.Signals) => {
    if (asked && signal === 'SIGINT') process.exit(130);
    asked = true;
    void lifecycle?.stop().then(() => process.exit(process.exitCode));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.once('disconnect', () => stop());

  try {
    lifecycle = await prepare();
    if (asked) return;
    await lifecycle.start();
  } catch (error) {
    // What was raised on purpose says what to do; of anything else the stack is wanted.
    const message = error instanceof AppError ? error.message : String((error as Error).stack ?? error);
    process.stderr.write(`${name} cannot start. ${message}\n`);
    await lifecycle?.stop();
    process.exit(1);
  }
}
