import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, type Random } from '../support/random.ts';
import type { Fault, Part } from './fault.ts';
import { isEssential } from './faults/index.ts';
import { watchAlways } from './invariants/always.ts';
import { settled } from './invariants/eventually.ts';
import { createLoad, type Load } from './load/load.ts';
import { printReport } from './report.ts';
import { createRig, type Rig } from './rig.ts';
import { dealFaults, type Blow } from './schedule.ts';
import { watchSightings } from './sometimes.ts';

export interface StormOptions {
  seed: number;
  minutes: number;
  faults: Fault[];
  /** Whether all faults take part: only then must all have happened that a run stands for. */
  isWhole: boolean;
  /** Leaves the folder with the logs. */
  keep: boolean;
}

const warmUpSeconds = 5;
const longestFaultSeconds = 90;
/** How long after the last fault everything must be right again. */
const settleSeconds = 60;

/** One run: starts the rig, breaks it while clients work, and gives the exit code. */
export async function storm({ seed, minutes, faults, isWhole, keep }: StormOptions): Promise<number> {
  const random = createRandom(seed);
  // Of its own, as the clients take numbers in whatever order they come: the schedule must be the seed's alone.
  const loadRandom = createRandom(random.below(2 ** 32));
  const startedAt = Date.now();
  const violations: string[] = [];
  const dealt: string[] = [];
  const active = new Set<Part>();
  const folder = await mkdtemp(join(tmpdir(), 'ct-reviews-faults-'));

  function note(text: string) {
    const line = `${((Date.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${text}`;
    console.log(line);
    appendFileSync(join(folder, 'storm.log'), `${line}\n`);
  }
  function violation(text: string) {
    violations.push(text);
    note(`VIOLATION  ${text}`);
  }

  /** One fault; one that does not come to its end is a violation, as the rig itself must be trusted. */
  async function inject(rig: Rig, fault: Fault, own: Random) {
    for (const part of fault.on) active.add(part);
    try {
      const injected = fault.inject(rig, own).then(() => true);
      const ended = await Promise.race([injected, sleep(longestFaultSeconds * 1000, false, { ref: false })]);
      if (!ended) violation(`the fault "${fault.name}" did not end within ${longestFaultSeconds} s`);
    } catch (error) {
      violation(`the fault "${fault.name}" could not be made: ${(error as Error).stack}`);
    } finally {
      for (const part of fault.on) active.delete(part);
    }
  }

  async function strike(rig: Rig, blow: Blow) {
    const name = blow.map((fault) => fault.name).join('  +  ');
    note(name);
    dealt.push(...blow.map((fault) => fault.name));
    await Promise.all(blow.map((fault) => inject(rig, fault, createRandom(random.below(2 ** 32)))));
  }

  const rig = await createRig({ folder, note });
  note(`seed ${seed}, ${minutes} min of ${faults.length} faults; logs in ${folder}`);
  let load: Load | undefined;
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  try {
    await rig.start();
    note('the system is up');
    load = await createLoad(rig, loadRandom, { activeParts: () => active, note, violation });
    const always = await watchAlways(rig, load, { violation });
    const sometimes = watchSightings(rig);
    load.start();
    await sleep(warmUpSeconds * 1000);

    const end = Date.now() + minutes * 60_000;
    for (const blow of dealFaults(faults, isEssential, random)) {
      if (Date.now() >= end || interrupted.signal.aborted) break;
      await strike(rig, blow);
      await sleep(500 + random.below(1_500));
    }
    note('the last fault is over');
    await load.stop();
    for (const wrong of await settled(rig, load, { deadlineSeconds: settleSeconds })) violation(wrong);
    const figures = { ...load.figures(), ...(await always.stop()) };
    const seen = await sometimes.stop();
    if (isWhole) {
      for (const [name, times] of seen) if (times === 0) violation(`void: ${name} never happened`);
    }
    printReport({ seed, minutes, dealt, figures, seen, violations });
  } catch (error) {
    violation(`the run broke off: ${(error as Error).stack}`);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt);
    const kept = keep || violations.length > 0;
    await load?.close();
    await rig.stop();
    if (kept) console.log(`The logs are in ${folder}`);
    else await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  return violations.length === 0 && !interrupted.signal.aborted ? 0 : 1;
}
