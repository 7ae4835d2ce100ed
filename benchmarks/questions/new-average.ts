import { alternate, type Bench, type Question } from '../rig/bench.ts';
import { addProducts } from '../rig/catalogue.ts';
import { quantile, type Finding } from '../rig/measurement.ts';
import { pauseMs, timesToAverage } from '../rig/new-average.ts';

/**
 * How long is the way from a review to the new average, when there is nothing else to do? It begins before the review is
 * sent, as the reference's begins before its first commit, and ends with the answer that has the new average.
 */
export const newAverage: Question = {
  name: 'new-average',
  async answer(bench: Bench): Promise<Finding[]> {
    const { rig, quick } = bench;
    const samples = quick ? 100 : 400;
    const system = await rig.createSystem();
    const api = await system.startApi();
    await system.startRating();
    const { databaseUrl, rabbitUrl, prefix } = system;
    const commits = await rig.startReference('three-commits.ts', {
      variables: {
        DATABASE_URL: databaseUrl,
        RABBITMQ_URL: rabbitUrl,
        PREFIX: prefix,
        PAUSE_MS: String(pauseMs),
      },
    });
    try {
      const [productId] = await addProducts(databaseUrl, 1);
      const ours: number[][] = [];
      const theirs: number[][] = [];
      const medianOf = (times: number[], all: number[][]) => {
        all.push(times);
        return quantile(times, 0.5);
      };
      const medians = await alternate(bench, {
        'api-service and rating-service': async () =>
          medianOf(await timesToAverage(api, productId!, samples), ours),
        'three commits': async () => medianOf(await askForTimes(commits, samples), theirs),
      });
      // The first were those that do not count.
      const p99s = (all: number[][]) => all.slice(1).map((times) => quantile(times, 0.99));
      const name = 'three commits and two confirmed messages';
      const row = { row: '6', unit: 'ms', better: 'less' } as const;
      return [
        {
          ...row,
          what: 'From a review to the new average, p50',
          figures: medians['api-service and rating-service'],
          reference: { name, figures: medians['three commits'] },
          mark: 3,
          shortfall,
        },
        {
          ...row,
          what: 'From a review to the new average, p99',
          figures: p99s(ours),
          reference: { name, figures: p99s(theirs) },
          mark: 5,
          shortfall,
        },
      ];
    } finally {
      await commits.stop();
      await system.remove();
    }
  },
};

const shortfall =
  'Commits and hops take as long as those of the reference; to them come about 15 statements, one after the other, where the reference has three. Of 17 ms in a trace 3.5 passed until the review was answered, 1 until its event was sent, 3 in rating-service, 2.5 until the product had the rating; the rest is RabbitMQ, and asking for the product and reading it anew.';

async function askForTimes({ port }: { port: number }, samples: number): Promise<number[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/${samples}`);
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as number[];
}
