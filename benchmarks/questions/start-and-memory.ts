import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Question } from '../rig/bench.ts';
import type { Finding } from '../rig/measurement.ts';
import type { MeasuredNode } from '../rig/nodes.ts';
import type { ServiceProcess, System } from '../rig/system.ts';
import { newCustomers } from '../rig/customers.ts';
import { createMixture } from '../soak/mixture.ts';

/** What V8 needs to give back what the start has taken: it looks every 8 s whether there is little to do. */
const idleMs = 20_000;

const services = ['api-service', 'rating-service'] as const;
type ByService = Record<(typeof services)[number], number>;

/** How soon is a service there, and what memory does it take? */
export const startAndMemory: Question = {
  name: 'start-and-memory',
  async answer(bench: Bench): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const node of bench.nodes) findings.push(...(await measure(bench, node)));
    return findings;
  },
};

async function measure(bench: Bench, node: MeasuredNode): Promise<Finding[]> {
  const { rounds, progress } = bench;
  const started: Started[] = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      progress(`starting, round ${round} of ${rounds}`);
      started.push(await startBoth(bench, node));
    }
    progress('idle');
    await sleep(idleMs);
    const idle = started.map((both) => megabytesOf(both, 'rssBytes'));
    const loaded: ByService[] = [];
    for (const [n, both] of started.entries()) {
      progress(`loaded, round ${n + 1} of ${rounds}`);
      loaded.push(await loadOnce(bench, both));
    }
    const row = { row: '14', better: 'less' } as const;
    return services.flatMap((name): Finding[] => {
      const named = (what: string) => `${what}${node.suffix}`;
      const start = named(`Start ${name} on an empty database until it is ready`);
      const startMs = started.map((both) => both.startMs[name]);
      const of = (rounds: ByService[]) => rounds.map((round) => round[name]);
      const memory = { ...row, unit: 'MB', shortfall };
      return [
        { ...row, what: start, unit: 'ms', figures: startMs, mark: 1_500 },
        { ...memory, what: named(`Memory of ${name}, idle`), figures: of(idle), mark: 120 },
        { ...memory, what: named(`Most memory of ${name} under load`), figures: of(loaded), mark: 200 },
      ];
    });
  } finally {
    for (const { system } of started) await system.remove();
  }
}

const shortfall =
  'Of what is resident 28 MB are the live heap after a start; V8 lets the rest grow before it looks for what is free: in 3 s of the same load api-service came to 184 MB on Node 20, in 30 s to 248. Node 24 takes more for the same work, and its program is 7 MB larger. The images bound the space for young objects at 8 MB; without that cached reads alone take 317 MB.';

interface Started {
  system: System;
  processes: Record<(typeof services)[number], ServiceProcess>;
  startMs: ByService;
}

/** With its migrations, as on the first day. */
async function startBoth({ rig }: Bench, { node, variables }: MeasuredNode): Promise<Started> {
  const system = await rig.createSystem();
  const begin = performance.now();
  const api = await system.startApi({ node, variables });
  const middle = performance.now();
  const rating = await system.startRating({ node, variables });
  return {
    system,
    processes: { 'api-service': api, 'rating-service': rating },
    startMs: { 'api-service': middle - begin, 'rating-service': performance.now() - middle },
  };
}

/** V8 takes what it may get only after a while. */
const loadSeconds = 30;

/** The high-water mark since the start, after a mixture of reads and writes as fast as they are answered. */
async function loadOnce({ rig, quick, seconds }: Bench, { system, processes }: Started): Promise<ByService> {
  const requests = await createMixture(system.databaseUrl);
  await rig.putLoad({
    port: processes['api-service'].port,
    requests,
    tokens: await newCustomers(),
    seconds: quick ? seconds : loadSeconds,
  });
  const most = megabytesOf({ processes }, 'peakRssBytes');
  await system.remove();
  return most;
}

const megabytesOf = (
  { processes }: Pick<Started, 'processes'>,
  of: 'rssBytes' | 'peakRssBytes',
): ByService => ({
  'api-service': processes['api-service'].usage()[of] / 1e6,
  'rating-service': processes['rating-service'].usage()[of] / 1e6,
});
