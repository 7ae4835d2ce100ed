import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { describeVerified } from '../../scripts/ratings-verified.ts';
import { readText, root, sectionOf } from '../docs/support/markdown.ts';
import { parseMetrics, sampleNames } from './metrics.ts';
import { groupingsIn, selectorsIn } from './promql.ts';
import { startObserved } from './services.ts';

/** Those that Prometheus makes itself, and the labels that it adds. */
const ofPrometheus = ['up', 'ALERTS'];
const addedLabels = ['service', 'instance', 'job', 'le', 'alertstate'];

async function queriesOfAlerts(): Promise<string[]> {
  const text = await readText('docker/prometheus/alerts.yml');
  const { groups } = parse(text) as { groups: { rules: { expr: string }[] }[] };
  return groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
}

async function queriesOfDashboards(): Promise<string[]> {
  const folder = 'docker/grafana/dashboards';
  const names = (await readdir(join(root, folder))).filter((name) => name.endsWith('.json'));
  const texts = await Promise.all(names.map((name) => readText(`${folder}/${name}`)));
  const queries: string[] = [];
  for (const text of texts)
    JSON.parse(text, (key, value: unknown) => {
      if (key === 'expr') queries.push(value as string);
      return value;
    });
  return queries;
}

describe('the alerts and the dashboards', () => {
  let known: Set<string>;
  let labelsOf: Map<string, string[]>;

  before(async () => {
    const observed = await startObserved();
    try {
      const families = [
        ...(await observed.metricsOf('api-service')).values(),
        ...(await observed.metricsOf('rating-service')).values(),
        ...parseMetrics(await describeVerified({ products: 0, differing: 0, linked: true })).values(),
      ];
      known = new Set([...sampleNames(families), ...ofPrometheus]);
    } finally {
      await observed.stop();
    }
    const table = sectionOf(await readText('docs/operations.md'), 'Metrics');
    const rows = table.matchAll(/^\| `(ct_\w+)` *\| \w+ *\|([^|]*)\|/gm);
    labelsOf = new Map(
      [...rows].map(([, name = '', labels = '']) => [
        name,
        [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
      ]),
    );
  });

  for (const [what, queries] of Object.entries({
    alerts: queriesOfAlerts,
    dashboards: queriesOfDashboards,
  })) {
    it(`ask for metrics that the services show: ${what}`, async () => {
      const asked = (await queries()).flatMap((query) => selectorsIn(query).map(({ name }) => name));
      expect(asked).to.have.length.above(15);
      expect([...new Set(asked)].filter((name) => !known.has(name))).to.deep.equal([]);
    });

    it(`choose and group by labels that these have: ${what}`, async () => {
      for (const query of await queries()) {
        const selectors = selectorsIn(query);
        const labels = (name: string) =>
          labelsOf.get(name.replace(/_(bucket|sum|count)$/, '')) ?? labelsOf.get(name) ?? [];
        for (const selector of selectors)
          expect([...addedLabels, ...labels(selector.name)], query).to.include.members(selector.labels);
        const all = selectors.flatMap(({ name }) => labels(name));
        expect([...addedLabels, ...all], query).to.include.members(groupingsIn(query));
      }
    });
  }
});

describe('selectorsIn', () => {
  it('finds the metrics of an expression, with the labels that they are chosen by', () => {
    const expression = `
      histogram_quantile(0.99, sum by (le, route) (rate(ct_a_bucket{route=~"/a/{id}.*", le!="by"}[5m:1m] offset 5m)))
        > on (service) group_left (x) ct_b and label_replace(vector(0), "job", "ct_no", "", "") or ct_c == bool 1`;
    expect(selectorsIn(expression)).to.deep.equal([
      { name: 'ct_a_bucket', labels: ['route', 'le'] },
      { name: 'ct_b', labels: [] },
      { name: 'ct_c', labels: [] },
    ]);
    expect(groupingsIn(expression)).to.deep.equal(['le', 'route', 'service']);
  });

  it('refuses to guess what {…} without a name is of', () => {
    expect(() => selectorsIn('sum({job="api-service"})')).to.throw('without a name');
  });
});
