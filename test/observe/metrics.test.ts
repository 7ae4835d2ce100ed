import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import { createHttpClient } from '../../api-service/test/support/http-client.ts';
import { newAdmin } from '../../api-service/test/support/tokens.ts';
import { describeVerified } from '../../scripts/ratings-verified.ts';
import { readText, sectionOf } from '../docs/support/markdown.ts';
import { isOfProcess, parseMetrics } from './metrics.ts';
import { startObserved, type Observed } from './services.ts';

const section = sectionOf(await readText('docs/operations.md'), 'Metrics');
const names = ['api-service', 'rating-service'] as const;

interface Row {
  type: string;
  labels: string[];
  services: readonly string[];
}

/** What the first table says of each metric. */
function documented(): Map<string, Row> {
  const rows = [...section.matchAll(/^\| `(ct_\w+)` *\| (\w+) *\|([^|]*)\| ([\w-]+) *\|/gm)];
  return new Map(
    rows.map(([, name = '', type = '', labels = '', of = '']) => [
      name,
      {
        type,
        labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
        services: of === 'both' ? names : [of],
      },
    ]),
  );
}

describe('the table of metrics in docs/operations.md', () => {
  let observed: Observed;
  before(async () => {
    observed = await startObserved();
  });
  after(() => observed.stop());

  for (const service of names) {
    it(`has every metric that ${service} shows, with its type, and no other`, async () => {
      const shown = [...(await observed.metricsOf(service)).values()].filter(
        ({ name }) => !isOfProcess(name),
      );
      const rows = [...documented()].filter(([, { services }]) => services.includes(service));
      expect(rows.map(([name, { type }]) => `${name} ${type}`)).to.have.members(
        shown.map(({ name, type }) => `${name} ${type}`),
      );
    });
  }

  it('has the labels of every metric that has values', async () => {
    const api = createHttpClient(observed.baseUrl, newAdmin);
    const product = await api.createProduct();
    await api.createReview(product.id);
    await api.product(product.id);
    const families = await waitFor(
      'the event of the review to be published, as far as that goes here',
      async () => {
        const shown = await observed.metricsOf('api-service');
        return shown.get('ct_bus_published_total')!.labels.size > 0 ? shown : undefined;
      },
    );
    const withLabels = [...families.values()].filter(
      ({ name, labels }) => !isOfProcess(name) && labels.size > 0,
    );
    expect(withLabels).to.have.length.above(8);
    for (const { name, labels } of withLabels)
      expect(documented().get(name)?.labels, name).to.have.members([...labels]);
  });

  it('is followed by what npm run ratings:verify writes', async () => {
    const written = parseMetrics(await describeVerified({ products: 1, differing: 0, linked: true }));
    const rows = [...section.matchAll(/^\| `(ct_ratings_\w+)` *\| gauge *\| [^|]*\|$/gm)].map(
      ([, name]) => name,
    );
    expect(rows).to.have.members([...written.keys()]);
  });
});
