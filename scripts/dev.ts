// `npm run dev`: what `npm start` starts, from source, and anew whenever a source file was changed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const root = join(import.meta.dirname, '..');
const folders = ['ct-common-lib/src', 'api-service/src', 'rating-service/src', 'scripts'];
// An editor saves in several steps, and many files at once.
const quietMs = 200;

let ending: NodeJS.Signals | undefined;
let changes = 0;
let notice = () => {};

const watchers = folders.map((folder) =>
  watch(join(root, folder), { recursive: true }, (_event, file) => {
    if (!file || !/\.(ts|mjs|sql)$/.test(file)) return;
    changes++;
    notice();
  }),
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    ending ??= signal;
    notice();
  });

/** Resolves with the next change, or when this is to end. */
async function changed(seen: number) {
  while (changes === seen && !ending) await new Promise<void>((resolve) => (notice = resolve));
  for (let last = seen; last !== changes && !ending; await delay(quietMs)) last = changes;
}

let exitCode = 0;
while (!ending) {
  const seen = changes;
  // This process is the only one that tells it to stop, and it ends by itself when this one is gone.
  const child = spawn(process.execPath, [...process.execArgv, resolve(root, 'scripts/start.ts')], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const first = await Promise.race([ended, changed(seen)]);
  if (first && !ending) console.error('It has ended. Waiting for a change of a source file …');
  await changed(seen);
  child.kill(ending ?? 'SIGTERM');
  exitCode = (await ended)[0] ?? 1;
  if (!ending) console.log('A source file was changed.');
}
for (const watcher of watchers) watcher.close();
process.exitCode = exitCode;
