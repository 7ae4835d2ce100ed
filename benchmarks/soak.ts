// `npm run bench:soak`: is what should be flat flat, at half of the load that the services can bear, for half an hour?
import { putLoad, type LoadReport } from '../test/support/load.ts';
import { describeCommit, describeEnvironment } from './report/environment.ts';
import { formatNumber } from './report/format.ts';
import { publish, writeSoak } from './report/publish.ts';
import { refuse, takeOptions } from './rig/options.ts';
import type { Rig } from './rig/rig.ts';
import { runWithRig } from './rig/session.ts';
import { judge, type Soak } from './soak/judgement.ts';
import { newCustomers } from './rig/customers.ts';
import { createMixture } from './soak/mixture.ts';
import { createSampler } from './soak/sampler.ts';

const sampleSeconds = 5;
const leastMinutesWritten = 10;

const options = takeOptions(
  `Usage: npm run bench:soak -- [options]

Builds for production, starts PostgreSQL, Redis, RabbitMQ and both services, looks for the most that they can answer of a
mixture of reads and writes, and then sends half of that, whether or not they keep up. Memory, latency, outbox tables and
queues must be as flat in the end as they were in the second quarter of the time, and nothing may fail. Writes
benchmarks/soak.json, its plot, and benchmarks/README.md anew.

  --minutes M   how long (default 30); below ${leastMinutesWritten} it prints, and writes nothing
  --help        prints this

DATABASE_URL (of a superuser; databases of its own are made and dropped), REDIS_URL and RABBITMQ_URL name servers to use instead.
Exit code 1 if something was not flat, 2 for wrong arguments.`,
  { minutes: { type: 'string', default: '30' } },
);
const minutes = Number(options.minutes);
if (!(minutes >= 1 && minutes <= 24 * 60)) refuse('--minutes must be a number from 1 to 1440');

await runWithRig(async (rig) => {
  const soak = await run(rig);
  const judgements = judge(soak);
  console.log(
    `${formatNumber(soak.rate)} requests/s, half of ${formatNumber(soak.peak)}, for ${minutes} minutes`,
  );
  for (const { what, before, after, isFlat } of judgements)
    console.log(
      `${what}: ${formatNumber(before)}, in the end ${formatNumber(after)}${isFlat ? '' : ': NOT FLAT'}`,
    );
  if (minutes >= leastMinutesWritten) {
    await writeSoak(soak);
    await publish();
  }
  return judgements.every(({ isFlat }) => isFlat) ? 0 : 1;
});

async function run(rig: Rig): Promise<Soak> {
  const system = await rig.createSystem();
  try {
    const services = { 'api-service': await system.startApi(), 'rating-service': await system.startRating() };
    const { port } = services['api-service'];
    const mixture = await createMixture(system.databaseUrl);
    const peak = await findPeak(rig, port, mixture);
    const rate = peak / 2;

    const sampler = await createSampler(system, services);
    const samples: Soak['samples'] = { seconds: [] };
    const looks: Promise<void>[] = [];
    const requests = mixture.map(({ method = 'GET', path, headers, body }) => ({
      method,
      target: path,
      headers,
      body,
    }));
    const load = {
      port,
      requests,
      tokens: await newCustomers(),
      rate,
      connections: 1_000,
      seconds: minutes * 60,
      tellEverySeconds: sampleSeconds,
    };
    const take = async (report: LoadReport) => {
      const sample = await sampler.sample(report);
      samples.seconds!.push(samples.seconds!.length * sampleSeconds);
      for (const [name, value] of Object.entries(sample)) (samples[name] ??= []).push(value);
      const { answers, timedOut, broken } = report;
      if (sample.errors) console.error(`not as asked: ${JSON.stringify({ answers, timedOut, broken })}`);
      tellProgress(samples);
    };
    try {
      await putLoad(load, (report) => looks.push(take(report)));
      await Promise.all(looks);
    } finally {
      await sampler.stop();
    }
    const environment = await describeEnvironment(rig);
    const commit = await describeCommit();
    return { date: new Date().toISOString(), commit, ...environment, minutes, peak, rate, samples };
  } finally {
    await system.remove();
  }
}

/** The most of a few tries; the first of them warms up. */
async function findPeak(rig: Rig, port: number, requests: Awaited<ReturnType<typeof createMixture>>) {
  let peak = 0;
  for (let attempt = 1; attempt <= 3; attempt++) {
    console.error(`looking for the peak, ${attempt} of 3 …`);
    const { requestsPerSecond } = await rig.putLoad({
      port,
      requests,
      tokens: await newCustomers(),
      seconds: 10,
    });
    peak = Math.max(peak, requestsPerSecond);
  }
  return peak;
}

function tellProgress(samples: Soak['samples']): void {
  const seconds = samples.seconds!.at(-1)!;
  if (seconds % 60 !== 0) return;
  const figures = [
    'requests/s',
    'p99: latency, ms',
    'api-service: memory, MiB',
    'rating-service: memory, MiB',
  ].map((name) => `${name} ${formatNumber(samples[name]!.at(-1)!)}`);
  const errors = samples.errors!.reduce((sum, value) => sum + value, 0);
  console.error(`minute ${seconds / 60} of ${minutes}: ${figures.join(', ')}, errors ${errors}`);
}
