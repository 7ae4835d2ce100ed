import { alternate, type Bench, type Question } from '../rig/bench.ts';
import { fillReviewQueue, prepare } from '../rig/backlog.ts';
import { askForFigure } from '../rig/figure.ts';
import { growthPerSecond } from '../rig/growth.ts';
import type { Finding } from '../rig/measurement.ts';

/** How fast is a backlog worked off, that of many products and that of one? */
export const ratingBacklog: Question = {
  name: 'rating-backlog',
  async answer(bench: Bench): Promise<Finding[]> {
    const { rig, quick } = bench;
    const events = quick ? 40_000 : 200_000;
    const products = 1_000;
    const home = await rig.createSystem();
    const loop = await rig.startReference('rating-loop.ts', {
      variables: { DATABASE_URL: home.ratingDatabaseUrl },
    });
    try {
      const figures = await alternate(bench, {
        'rating-service': () => drain(bench, { events, products }),
        'rating-service, one product': () => drain(bench, { events, products: 1 }),
        'the bare statement': () => askForFigure(loop, `/${events}/${products}`),
      });
      const manyProducts = { name: 'the same with 1,000 products', figures: figures['rating-service'] };
      const row = { unit: 'events/s', better: 'more' } as const;
      return [
        {
          ...row,
          row: '7',
          what: 'Work off a backlog of ratings, 1,000 products',
          figures: figures['rating-service'],
          reference: { name: 'the statement in batches of 100', figures: figures['the bare statement'] },
          mark: 0.5,
        },
        {
          ...row,
          row: '8',
          what: 'Work off a backlog of ratings, one product',
          figures: figures['rating-service, one product'],
          reference: manyProducts,
          mark: 0.8,
        },
      ];
    } finally {
      await loop.stop();
      await home.remove();
    }
  },
};

/** Events a second, from the first batch to the last; api-service is away. */
async function drain({ rig }: Bench, backlog: { events: number; products: number }): Promise<number> {
  const system = await rig.createSystem();
  try {
    await prepare(system);
    await fillReviewQueue(system, backlog);
    const rating = await system.startRating();
    const acknowledged = () => rating.metric('ct_bus_consumed_total', 'result="acked"');
    return await growthPerSecond(acknowledged, backlog.events);
  } finally {
    await system.remove();
  }
}
