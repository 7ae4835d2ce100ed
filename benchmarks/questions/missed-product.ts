import { alternate, type Bench, type Question } from '../rig/bench.ts';
import { addProducts } from '../rig/catalogue.ts';
import type { Finding } from '../rig/measurement.ts';
import type { MeasuredNode } from '../rig/nodes.ts';
import { query } from '../rig/system.ts';

/** More than any of them answers, as each is to be asked for once. */
const productsPerSecond = 20_000;

/** What does the cache cost where it does not help, with a product that nobody has asked for before? */
export const missedProduct: Question = {
  name: 'missed-product',
  async answer(bench: Bench): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const node of bench.nodes) findings.push(await measureMisses(bench, node));
    return findings;
  },
};

async function measureMisses(bench: Bench, { node, variables, suffix }: MeasuredNode): Promise<Finding> {
  const { rig, rounds, seconds, progress } = bench;
  const system = await rig.createSystem();
  const api = await system.startApi({ node, variables });
  const express = await rig.startReference('product-by-id.ts', {
    variables: { DATABASE_URL: system.databaseUrl },
    node,
  });
  try {
    progress('adding products');
    const ofTurn = productsPerSecond * seconds;
    const ids = await addProducts(system.databaseUrl, ofTurn * (rounds + 1) + 1);
    // Now, and not by itself in the midst of a round.
    await query(system.databaseUrl, 'VACUUM ANALYZE products');
    await assertSameAnswer(api, express, ids.pop()!);

    const load = async ({ port }: { port: number }, turn: number) => {
      const asked = ids.slice(turn * ofTurn, (turn + 1) * ofTurn);
      const requests = asked.map((id) => ({ path: `/api/products/${id}` }));
      return (await rig.putLoad({ port, requests, seconds, once: true })).requestsPerSecond;
    };
    // The reference remembers nothing, so it may have the same ones.
    const turns = { api: 0, express: 0 };
    const figures = await alternate(bench, {
      'api-service': () => load(api, turns.api++),
      'bare Express': () => load(express, turns.express++),
    });
    return {
      row: '4',
      what: `GET a product that is not cached, another each time${suffix}`,
      unit: 'requests/s',
      better: 'more',
      figures: figures['api-service'],
      reference: { name: 'bare Express with a prepared statement', figures: figures['bare Express'] },
      mark: 0.8,
    };
  } finally {
    await express.stop();
    await system.remove();
  }
}

async function assertSameAnswer(api: { port: number }, express: { port: number }, id: string): Promise<void> {
  const [ours, theirs] = await Promise.all(
    [api, express].map(async ({ port }) =>
      (await fetch(`http://127.0.0.1:${port}/api/products/${id}`)).text(),
    ),
  );
  if (ours !== theirs) throw new Error(`the reference does not answer ${ours} but ${theirs}`);
}
