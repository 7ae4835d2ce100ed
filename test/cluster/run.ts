// `npm run test:cluster`: rehearses what docs/operations.md says of Scaling. Exit code 0 when nothing was lost, wrong or stale; 1 when something
// was; 2 for wrong arguments, and where a program is missing.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { buildForProduction } from '../faults/build.ts';
import { stillWrong, unreadyServices, wrongRatings } from '../faults/invariants/eventually.ts';
import { unfinishedWork } from '../faults/invariants/queues.ts';
import { watchFailedBumps } from '../faults/load/failed-bumps.ts';
import { createTroubles } from '../faults/load/troubles.ts';
import { endWithThisProcess } from '../faults/servers/server-folder.ts';
import type { ServiceProcess } from '../faults/service-process.ts';
import { runCommand } from '../support/command.ts';
import { findPrograms } from '../support/programs.ts';
import { acts, play } from './acts.ts';
import { createClients } from './clients.ts';
import { packages, startCluster, type Cluster } from './cluster.ts';
import { createTally } from './tally.ts';
import { lostWrites } from './written.ts';

const usage = `Usage: npm run test:cluster -- [options]

Starts nginx, two of each service, three RabbitMQ nodes, PostgreSQL with a replica and PgBouncer, and Redis with
sentinels; kills one of each while 20 clients work; and looks whether anything was lost, wrong or stale.

  --seconds N  how long each stays away (default 6)
  --seed N     of what the clients do (default: a random one, which is printed)
  --keep       leaves the folder with the logs; it stays by itself when something was wrong`;

const settleSeconds = 60;

interface Arguments {
  seconds: number;
  seed: number;
  keep: boolean;
}

/** Throws an Error that says what is wrong with the arguments. */
function readArguments(args: string[]): Arguments | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '6' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  if (!(seconds > 0 && seconds <= 600))
    throw new Error('--seconds must be a number above 0, 600 at the most');
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('--seed must be a whole number from 0');
  return { seconds, seed, keep: values.keep };
}

/** Gives the exit code. */
async function rehearse(programs: Record<keyof typeof packages, string>, { seconds, seed, keep }: Arguments) {
  const startedAt = Date.now();
  const violations: string[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'ct-reviews-cluster-'));
  endWithThisProcess(folder);
  // What is started makes its own folders here, so that nothing of it outlives this process.
  process.env.TMPDIR = folder;
  const note = (text: string) =>
    console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${text}`);
  const violation = (text: string) => {
    violations.push(text);
    note(`VIOLATION  ${text}`);
  };
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

  let cluster: Cluster | undefined;
  const stops: (() => Promise<void> | void)[] = [];
  try {
    note(`seed ${seed}; logs in ${folder}`);
    cluster = await startCluster({ programs, folder, note });
    const { apis, rabbit, services, postgres, url } = cluster;
    const failedBumps = watchFailedBumps(apis);
    stops.push(() => failedBumps.stop());
    const troubles = createTroubles(() => new Set());
    stops.push(() => troubles.stop());
    const tally = createTally();
    const clients = createClients({ url, apis, failedBumps, troubles, tally, violation });
    await clients.prepare();
    tally.begin('all is well');
    clients.start(seed);
    stops.unshift(() => clients.stop());
    note('20 clients work, by way of nginx');
    await sleep(seconds * 1000);

    for (const act of acts) {
      if (interrupted.signal.aborted) break;
      note(act.name);
      tally.begin(act.name);
      await play(act, cluster, seconds);
      tally.begin('… and is back');
      note('… and is back');
      await sleep(2_000);
    }
    await clients.stop();
    note('the clients have stopped');
    const looks = {
      services: () => unreadyServices({ services }),
      'outbox and queues': () => unfinishedWork({ postgres, rabbit: rabbit.nodes[0]! }),
      ratings: () => wrongRatings({ postgres, apis }),
      reviews: () => lostWrites(cluster!, clients),
    };
    for (const wrong of await stillWrong(looks, { deadlineSeconds: settleSeconds })) violation(wrong);
    for (const { unplannedExits } of services) unplannedExits.forEach(violation);
    tally.print();
    const replicaReads = await listsOfReplica(apis);
    if (replicaReads === 0) violation('no list was read from the replica');
    console.log(`${replicaReads} lists came from the replica, as far as instances that live can tell.`);
    console.log(`${clients.written.length} reviews were written, to ${clients.productIds.length} products.`);
  } catch (error) {
    violation(`the rehearsal broke off: ${(error as Error).stack}`);
  } finally {
    for (const stop of stops) await stop();
    await cluster?.stop();
  }
  const isWell = violations.length === 0 && !interrupted.signal.aborted;
  console.log(isWell ? 'Nothing lost, no wrong average, nothing stale.' : `${violations.length} VIOLATIONS`);
  if (isWell && !keep) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  else console.log(`The logs are in ${folder}`);
  return isWell ? 0 : 1;
}

/** Since each instance was started last. */
async function listsOfReplica(apis: readonly ServiceProcess[]): Promise<number> {
  const metrics = await Promise.all(apis.map((api) => api.metrics()));
  return metrics
    .flatMap((values) => [...(values ?? [])])
    .filter(([name]) => /^ct_db_replica_reads_total\{.*outcome="done"/.test(name))
    .reduce((sum, [, reads]) => sum + reads, 0);
}

async function run(given: Arguments): Promise<number> {
  const { paths, missing } = findPrograms(packages);
  if (missing.length > 0) {
    console.error(
      `npm run test:cluster needs programs that are not here: apt-get install ${missing.join(' ')}`,
    );
    return 2;
  }
  await buildForProduction();
  return rehearse(paths, given);
}

await runCommand({ usage, readArguments, run });
