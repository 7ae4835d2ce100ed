import { constants } from 'node:os';

const signals = process.platform === 'win32' ? ['SIGINT'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGWINCH'];

/** Passes signals on to a child and waits for its exit code: 128 + n after a signal, as shells have it. */
export async function untilExit(child) {
  let interruptedAt = 0;
  const pass = (signal) => {
    if (signal === 'SIGINT') {
      // One Ctrl-C arrives twice under npm: from the terminal and from npm.
      if (Date.now() - interruptedAt < 500) return;
      interruptedAt = Date.now();
    }
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, pass);
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`Could not start ${child.spawnfile}: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (exitCode, signal) => resolve(exitCode ?? 128 + constants.signals[signal]));
  });
  for (const signal of signals) process.off(signal, pass);
  return code;
}
