import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { loadCompose, exampleEnv } from '../compose/compose-file.ts';
import { readText, root } from '../docs/support/markdown.ts';

interface Source {
  type: string;
  uid: string;
}
interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: Source;
  gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig: { defaults: { unit: string } };
  targets: { refId: string; expr: string; legendFormat: string; datasource: Source }[];
}
interface Dashboard {
  uid: string;
  title: string;
  schemaVersion: number;
  panels: Panel[];
}

const folder = 'docker/grafana/dashboards';
const names = await readdir(join(root, folder));
/** Grafana's units that are in use here: one that it does not know would be shown as text. */
const units = ['short', 'ops', 'reqps', 's', 'percentunit', 'bytes'];

describe('the provisioning of Grafana', () => {
  const { services } = loadCompose(exampleEnv);

  it('asks the Prometheus of docker-compose.yml', async () => {
    const text = await readText('docker/grafana/provisioning/datasources/prometheus.yml');
    const { datasources } = parse(text) as { datasources: (Source & { url: string })[] };
    expect(datasources).to.have.length(1);
    const { hostname, port } = new URL(datasources[0]!.url);
    expect(services[hostname]?.ports?.[0]?.split(':').at(-1)).to.equal(port);
  });

  it('finds the dashboards where docker-compose.yml mounts them, and opens with one that is there', async () => {
    const text = await readText('docker/grafana/provisioning/dashboards/ct-reviews.yml');
    const { providers } = parse(text) as { providers: { options: { path: string } }[] };
    const { volumes, environment } = services.grafana!;
    expect(volumes).to.include(`./${folder}:${providers[0]!.options.path}:ro`);
    const home = String(environment!.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH);
    expect(names.map((name) => `${providers[0]!.options.path}/${name}`)).to.include(home);
  });
});

for (const name of names) {
  describe(`${folder}/${name}`, () => {
    let dashboard: Dashboard;
    let panels: Panel[];
    before(async () => {
      dashboard = JSON.parse(await readText(`${folder}/${name}`)) as Dashboard;
      panels = dashboard.panels.filter(({ type }) => type !== 'row');
    });

    it('has a name that links can last on, and panels under titles of rows', () => {
      expect(dashboard.uid).to.match(/^[\w-]{1,40}$/);
      expect(dashboard.schemaVersion).to.be.at.least(36);
      expect(dashboard.panels[0]!.type).to.equal('row');
      const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
      expect(rows).to.include.members(['Traffic', 'Cache', 'Events', 'Ratings', 'Resources']);
      const ids = dashboard.panels.map(({ id }) => id);
      expect(new Set(ids).size).to.equal(ids.length);
    });

    it('says of each panel what it shows, in which unit, and of each line what it is', () => {
      for (const { title, description, type, fieldConfig, targets } of panels) {
        expect(type, title).to.be.oneOf(['timeseries', 'stat']);
        expect(description, title).to.match(/^[A-Z1].*\.$/);
        expect(fieldConfig.defaults.unit, title).to.be.oneOf(units);
        expect(targets, title).not.to.be.empty;
        const references = targets.map(({ refId }) => refId);
        expect(new Set(references).size, title).to.equal(references.length);
        if (type === 'timeseries')
          for (const { legendFormat } of targets) expect(legendFormat, title).not.to.equal('');
      }
    });

    it('asks the data source that is provisioned', async () => {
      const text = await readText('docker/grafana/provisioning/datasources/prometheus.yml');
      const { datasources } = parse(text) as { datasources: Source[] };
      const { type, uid } = datasources[0]!;
      for (const { title, datasource, targets } of panels)
        for (const source of [datasource, ...targets.map((target) => target.datasource)])
          expect(source, title).to.deep.equal({ type, uid });
    });

    it('lays its panels out side by side, none over another', () => {
      const taken = new Map<string, string>();
      for (const { title, gridPos } of dashboard.panels) {
        expect(gridPos.x + gridPos.w, title).to.be.at.most(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            expect(taken.get(`${x} ${y}`), `below ${title}`).to.equal(undefined);
            taken.set(`${x} ${y}`, title);
          }
      }
    });
  });
}
