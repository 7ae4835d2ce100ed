// A program under `runProcess`, told by its arguments how to behave: what each test of it runs.
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../../src/config.ts';
import { createLifecycle } from '../../src/lifecycle.ts';
import { createLogger } from '../../src/logger.ts';
import { runProcess } from '../../src/run-process.ts';

const behaviour = process.argv[2];
const say = (word: string) => process.stdout.write(`${word}\n`);
// Keeps the process alive, so that nothing but the exit under test ends it.
setInterval(() => {}, 1000);

await runProcess('program', async () => {
  const lifecycle = createLifecycle({ log: createLogger({ name: 'program', level: 'silent' }) });
  if (behaviour === 'misconfigured') throw new ConfigError('CONFIG_INVALID', { detail: 'Set PORT.' });
  if (behaviour === 'prepares slowly') {
    say('preparing');
    await sleep(300);
  }
  lifecycle.add('first', undefined, async () => {
    await sleep(10);
    say('stopped');
  });
  lifecycle.add(
    'second',
    async () => {
      if (behaviour === 'broken') throw new TypeError('this is a bug');
      if (behaviour === 'starts until stopped') {
        say('starting');
        await sleep(300);
        throw new Error('the connection was closed');
      }
      say('started');
    },
    async () => {
      say('stopping');
      if (behaviour === 'hangs at stop') await new Promise(() => {});
      if (behaviour === 'starts until stopped') await sleep(600);
    },
  );
  return lifecycle;
});
