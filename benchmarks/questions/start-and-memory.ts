import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Question } from '../rig/bench.ts';
import type { Finding } from '../rig/measurement.ts';
import type { ServiceProcess } from '../rig/system.ts';
import { createMixture } from '../soak/mixture.ts';

/** Of a service in one round: ms from its start until it is ready, its migrations included, and what is resident, in MB. */
interface Measured {
  start: number;
  idle: number;
  /** The most up to the end of the load. */
  loaded: number;
}

/** After 8 s without much to do V8 gives back what the start has taken. */
const idleMs = 12_000;

const services = ['api-service', 'rating-service'] as const;
type ByService = Record<(typeof services)[number], Measured>;

/** How soon is a service there, and what memory does it take? */
export const startAndMemory: Question = {
  name: 'start-and-memory',
  async answer(bench: Bench): Promise<Finding[]> {
    const { rounds, progress } = bench;
    const measured: ByService[] = [];
    for (let round = 1; round <= rounds; round++) {
      progress(`round ${round} of ${rounds}`);
      measured.push(await measureOnce(bench));
    }
    const row = { row: '14', better: 'less' } as const;
    return services.flatMap((name): Finding[] => {
      const figures = (of: keyof Measured) => measured.map((round) => round[name][of]);
      return [
        {
          ...row,
          what: `Start ${name} on an empty database, until it is ready`,
          unit: 'ms',
          figures: figures('start'),
          mark: 1_500,
        },
        { ...row, what: `Memory of ${name}, idle`, unit: 'MB', figures: figures('idle'), mark: 120 },
        {
          ...row,
          what: `Most memory of ${name} under load`,
          unit: 'MB',
          figures: figures('loaded'),
          mark: 200,
        },
      ];
    });
  },
};

async function measureOnce({ rig, seconds }: Bench): Promise<ByService> {
  const system = await rig.createSystem();
  try {
    const api = await timed(() => system.startApi());
    const rating = await timed(() => system.startRating());
    await sleep(idleMs);
    const idle = [api, rating].map(({ service }) => megabytes(service.usage().rssBytes));
    const requests = await createMixture(system.databaseUrl);
    await rig.putLoad({ port: api.service.port, requests, seconds });
    const [first, second] = [api, rating].map(({ service, ms }, n) => ({
      start: ms,
      idle: idle[n]!,
      loaded: megabytes(service.usage().peakRssBytes),
    }));
    return { 'api-service': first!, 'rating-service': second! };
  } finally {
    await system.remove();
  }
}

async function timed(start: () => Promise<ServiceProcess>): Promise<{ service: ServiceProcess; ms: number }> {
  const started = performance.now();
  const service = await start();
  return { service, ms: performance.now() - started };
}

const megabytes = (bytes: number) => bytes / 1_000_000;
