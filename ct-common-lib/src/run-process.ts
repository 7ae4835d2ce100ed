import { AppError } from './errors.ts';
import type { Lifecycle } from './lifecycle.ts';

/**
 * Runs a program that lasts: `prepare` reads the configuration and gives a lifecycle, which is started, and
 * stopped on SIGINT, SIGTERM, SIGHUP, or when the launcher that holds the other end of the IPC channel dies. Another
 * SIGINT, half a second later or more, does not wait for the stop. Exit code 0 after a stop, 130 after such a SIGINT,
 * 1 when it cannot start, with one message on stderr.
 */
export async function runProcess(name: string, prepare: () => Lifecycle | Promise<Lifecycle>): Promise<void> {
  let lifecycle: Lifecycle | undefined;
  let askedAt: number | undefined;
  const stop = (signal?: NodeJS.Signals) => {
    // One Ctrl-C comes twice under npm: from the terminal, and passed on by npm.
    if (askedAt && signal === 'SIGINT' && Date.now() - askedAt >= 500) process.exit(130);
    askedAt ??= Date.now();
    void lifecycle?.stop().then(() => process.exit(process.exitCode));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.once('disconnect', () => stop());

  try {
    lifecycle = await prepare();
    if (askedAt) return stop();
    await lifecycle.start();
  } catch (error) {
    // A start that a stop cut short has not failed, and the stop is under way.
    if (askedAt && lifecycle) return;
    // What was raised on purpose says what to do; of anything else the stack is wanted.
    const message = error instanceof AppError ? error.message : String((error as Error).stack ?? error);
    process.stderr.write(`${name} cannot start. ${message}\n`);
    await lifecycle?.stop();
    process.exit(1);
  }
}
