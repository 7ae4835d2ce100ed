import { join } from 'node:path';
import { build } from './build.ts';
import { createRig, type Rig } from './rig.ts';
import { root } from './system.ts';

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Builds, starts a rig, does the work, and ends the process with the exit code that the work gives. Whatever comes in
 * between, Ctrl-C too, the rig and everything that was started with it is ended first.
 */
export async function runWithRig(work: (rig: Rig) => Promise<number>): Promise<never> {
  const interruption = new AbortController();
  let starting: Promise<Rig> | undefined;
  let ending: Promise<never> | undefined;

  const end = (code: number) => (ending ??= stopAll(code));
  async function stopAll(code: number): Promise<never> {
    interruption.abort();
    try {
      await (await starting)?.stop();
    } catch (error) {
      console.error(error);
      code ||= 1;
    }
    return process.exit(code);
  }
  for (const [signal, code] of Object.entries(signals))
    process.on(signal, () => {
      if (!ending) console.error('stopping …');
      void end(code);
    });
  // What a question left to itself fails once its servers are gone.
  process.on('uncaughtException', (error) => {
    if (!ending) console.error(error);
    void end(1);
  });

  try {
    await installTools();
    await build(interruption.signal);
    starting = createRig();
    return await end(await work(await starting));
  } catch (error) {
    if (!ending) console.error(error);
    return end(1);
  }
}

/** What only the benchmarks use, unless it is there. */
export async function installTools(): Promise<void> {
  const url = new URL('../../scripts/setup/install.mjs', import.meta.url).href;
  const { install } = (await import(url)) as { install: (folder: string) => Promise<number> };
  const code = await install(join(root, 'benchmarks'));
  if (code !== 0) throw new Error(`npm ci in benchmarks/ ended with ${code}`);
}
