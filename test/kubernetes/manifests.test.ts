import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { loadConfig, secretsOf } from 'ct-common-lib';
import { parse, parseAllDocuments } from 'yaml';
import { configSchema as apiConfigSchema } from '../../api-service/src/config.ts';
import { schema as apiSchema } from '../../api-service/src/db/schema.ts';
import { configSchema as ratingConfigSchema } from '../../rating-service/src/config.ts';
import { schema as ratingSchema } from '../../rating-service/src/db/schema.ts';
import { readText, root, sectionOf } from '../docs/support/markdown.ts';
import { build, readResources, templateOf, type Container, type Resource } from './kustomization.ts';

const folder = join(root, 'deploy/kubernetes');
const overlay = join(folder, 'production');
const resources = build(overlay);
const ofKind = (kind: string) => resources.filter((resource) => resource.kind === kind);
const named = (kind: string, name: string) =>
  ofKind(kind).find(({ metadata }) => metadata.name === name) ?? expect.fail(`There is no ${kind} ${name}`);
const workloads = resources.flatMap((resource) => {
  const template = templateOf(resource);
  return template
    ? [{ name: resource.metadata.name, kind: resource.kind, template, pod: template.spec }]
    : [];
});
const secrets = new Map(
  readResources(join(folder, 'secrets.example.yaml')).map(({ metadata, stringData }) => [
    metadata.name,
    stringData as Record<string, string>,
  ]),
);

const labelsMatch = (wanted: Record<string, string>, labels: Record<string, string>) =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);
const podsWith = (wanted: Record<string, string>) =>
  workloads.filter(({ template }) => labelsMatch(wanted, template.metadata.labels));

/** What a container is given, its files of secrets with what the example has in them. */
function environmentOf({ env = [], envFrom = [] }: Container, secretName: string) {
  const fromMaps = envFrom.map(
    ({ configMapRef }) => named('ConfigMap', configMapRef.name).data as Record<string, string>,
  );
  const given = Object.assign({}, ...fromMaps) as Record<string, string>;
  for (const { name, value } of env) given[name] = value;
  const mount = '/run/secrets/ct-reviews/';
  const values = Object.entries(given).map(([name, value]) => {
    if (!name.endsWith('_FILE') || name === 'AUTH_KEYS_FILE') return [name, value];
    return [name.slice(0, -5), secrets.get(secretName)?.[value.replace(mount, '')]];
  });
  return { given, values: Object.fromEntries(values) as Record<string, string> };
}

interface Schemas {
  kinds: Record<string, string>;
  definitions: Record<string, { properties?: object; additionalProperties?: unknown }>;
}

describe('deploy/kubernetes', () => {
  it('is valid by the schemas of Kubernetes, with no field that these do not know', () => {
    const { kinds, definitions } = JSON.parse(
      readFileSync(new URL('./kubernetes.schema.json', import.meta.url), 'utf8'),
    ) as Schemas;
    for (const definition of Object.values(definitions))
      if (definition.properties) definition.additionalProperties ??= false;
    const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
    const faultsOf = (resource: Resource) => {
      const kind =
        kinds[`${resource.apiVersion}/${resource.kind}`] ?? expect.fail(`no schema for ${resource.kind}`);
      const isValid = ajv.compile({ $ref: `#/definitions/${kind}`, definitions });
      return isValid(resource) ? [] : isValid.errors;
    };
    for (const resource of resources)
      expect(faultsOf(resource), `${resource.kind} ${resource.metadata.name}`).to.deep.equal([]);
    const wrong = structuredClone(named('Deployment', 'api-service'));
    (wrong.spec as { replica?: number }).replica = 2;
    expect(faultsOf(wrong)).not.to.deep.equal([]);
    const mistyped = structuredClone(named('Deployment', 'api-service'));
    templateOf(mistyped)!.spec.terminationGracePeriodSeconds = '35' as unknown as number;
    expect(faultsOf(mistyped)).not.to.deep.equal([]);
  });

  it('is built by kubectl as it is read here', function () {
    const { status, stdout } = spawnSync('kubectl', ['kustomize', overlay], { encoding: 'utf8' });
    // Debian's is older than `patches`, and CI may have none.
    if (status !== 0) {
      this.test!.title += ' (needs kubectl 1.27 or newer)';
      this.skip();
    }
    const built = parseAllDocuments(stdout).map((document) => document.toJS() as Resource);
    const sorted = (all: Resource[]) =>
      [...all].sort((a, b) => (a.kind + a.metadata.name < b.kind + b.metadata.name ? -1 : 1));
    expect(sorted(built)).to.deep.equal(sorted(resources));
  });

  it('has every resource once, in one namespace that it makes', () => {
    const names = resources.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names)).to.have.property('size', names.length);
    const [namespace] = ofKind('Namespace');
    for (const { kind, metadata } of resources)
      if (kind !== 'Namespace') expect(metadata.namespace).to.equal(namespace?.metadata.name);
  });

  it('gives the services settings that exist and that they accept, and no secret in clear', async () => {
    const table = sectionOf(await readText('README.md'), 'Configuration');
    const settings = [...table.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name!);
    const files = [apiConfigSchema, ratingConfigSchema]
      .flatMap(secretsOf)
      .concat(apiSchema.ownerVariable, ratingSchema.ownerVariable);
    for (const { name, pod } of workloads) {
      for (const container of pod.containers) {
        const { given, values } = environmentOf(container, name);
        expect([...settings, ...files.map((secret) => `${secret}_FILE`)]).to.include.members(
          Object.keys(given),
        );
        expect(files, name).not.to.include.oneOf(Object.keys(given));
        if (name === 'api-service') {
          const { host, port, drainMs, mail } = loadConfig(apiConfigSchema, values);
          expect({ host, port }).to.deep.equal({
            host: '0.0.0.0',
            port: container.ports?.[0]?.containerPort,
          });
          expect(pod.terminationGracePeriodSeconds).to.equal(drainMs / 1000 + 25);
          expect(drainMs).to.be.above(0);
          expect(mail.publicUrl).to.equal(`https://${hostOfIngress()}`);
        }
        if (name === 'rating-service') {
          const { host, port } = loadConfig(ratingConfigSchema, values);
          expect({ host, port }).to.deep.equal({
            host: '0.0.0.0',
            port: container.ports?.[0]?.containerPort,
          });
          expect(pod.terminationGracePeriodSeconds).to.be.at.least(25);
        }
      }
    }
  });

  it('may be given an identity provider, or no mail server, by settings.yaml alone', () => {
    const [container] = templateOf(named('Deployment', 'api-service'))!.spec.containers;
    const { values } = environmentOf(container!, 'api-service');
    const text = readFileSync(join(overlay, 'settings.yaml'), 'utf8');
    const examples: Record<string, string> = {};
    for (const [, name, value] of text.matchAll(/^ {2}# ([A-Z_]+): (.*)$/gm))
      examples[name!.replace(/(?<=SMTP_URL)_FILE$/, '')] = value!.replace(/^''$/, '');
    const { auth, mail } = loadConfig(apiConfigSchema, { ...values, ...examples });
    expect(auth).to.deep.include({ issuer: 'https://login.example/', audience: 'reviews' });
    expect(mail.smtp).to.equal(undefined);
  });

  interface IngressSpec {
    tls: { hosts: string[] }[];
    rules: {
      host: string;
      http: { paths: { path: string; backend: { service: { name: string; port: { name: string } } } }[] };
    }[];
  }
  const ingress = () => named('Ingress', 'api-service').spec as IngressSpec;
  const hostOfIngress = () => ingress().rules[0]?.host;

  it('mounts the secrets that it names, which secrets.example.yaml shows, as files for the service alone', () => {
    for (const { name, pod } of workloads) {
      const [volume] = pod.volumes ?? [];
      expect(volume?.secret?.secretName).to.equal(name);
      expect(volume?.secret?.defaultMode.toString(8)).to.equal('440');
      const [mount] = pod.containers[0]?.volumeMounts ?? [];
      expect(mount).to.deep.equal({
        name: volume?.name,
        mountPath: '/run/secrets/ct-reviews',
        readOnly: true,
      });
      const { given } = environmentOf(pod.containers[0]!, name);
      const files = Object.entries(given).flatMap(([name, value]) => (name.endsWith('_FILE') ? [value] : []));
      const shown = Object.keys(secrets.get(name) ?? {}).map((key) => `/run/secrets/ct-reviews/${key}`);
      expect(files, name).to.have.members(shown);
    }
    expect([...secrets.keys()]).to.have.members(workloads.map(({ name }) => name));
  });

  it('migrates with the program of each service, as the owner of its tables', () => {
    for (const [name, service, schema] of [
      ['api-migrations', 'api-service', apiSchema],
      ['rating-migrations', 'rating-service', ratingSchema],
    ] as const) {
      const [container] = templateOf(named('Job', name))!.spec.containers;
      expect(container?.command).to.deep.equal(['node', `${service}/dist/db/main.js`]);
      expect(existsSync(join(root, service, 'src/db/main.ts'))).to.equal(true);
      expect(container?.image).to.equal(templateOf(named('Deployment', service))!.spec.containers[0]?.image);
      const { values } = environmentOf(container!, name);
      const [owner, user] = [schema.ownerVariable, schema.serviceVariable].map(
        (variable) => new URL(values[variable]!),
      );
      expect(owner?.username).to.equal(`${user?.username}_owner`);
    }
  });

  it('asks for health where the services answer, and no helper for whether a process lives', async () => {
    const health = await readText('ct-common-lib/src/http/health.ts');
    for (const name of ['api-service', 'rating-service']) {
      const [container] = templateOf(named('Deployment', name))!.spec.containers;
      const ports = container?.ports?.map(({ name }) => name);
      for (const [probe, path] of [
        [container?.livenessProbe, '/health/live'],
        [container?.readinessProbe, '/health/ready'],
      ] as const) {
        expect(probe?.httpGet.path, name).to.equal(path);
        expect(health).to.include(`'${path}'`);
        expect(ports).to.include(probe?.httpGet.port);
      }
    }
  });

  it('lets the outside reach paths that the API has, and neither its health nor its metrics', async () => {
    const { tls, rules } = ingress();
    expect(tls[0]?.hosts).to.deep.equal(rules.map(({ host }) => host));
    const paths = rules.flatMap(({ http }) => http.paths);
    for (const { backend } of paths) {
      const { ports } = named('Service', backend.service.name).spec as { ports: { name: string }[] };
      expect(ports.map(({ name }) => name)).to.include(backend.service.port.name);
    }
    const given = paths.map(({ path }) => path);
    expect(given).to.not.include.oneOf(['/', '/health', '/metrics']);
    const sources = ['api-service/src/http/docs.routes.ts', 'api-service/src/http/openapi.routes.ts']
      .concat('api-service/src/http/jwks.routes.ts', 'api-service/src/accounts/mail-pages.routes.ts')
      .map(readText);
    const routes = (await Promise.all(sources)).join('\n');
    for (const path of given.filter((path) => path !== '/api')) expect(routes).to.include(`'${path}'`);
  });

  it('selects pods that there are', () => {
    const selectors = [
      ...ofKind('Service').map(({ spec }) => (spec as { selector: Record<string, string> }).selector),
      ...[...ofKind('Deployment'), ...ofKind('PodDisruptionBudget')].map(
        ({ spec }) => (spec as { selector: { matchLabels: Record<string, string> } }).selector.matchLabels,
      ),
      ...workloads.flatMap(({ pod }) =>
        (pod.topologySpreadConstraints ?? []).map(({ labelSelector }) => labelSelector.matchLabels),
      ),
    ];
    for (const selector of selectors)
      expect(podsWith(selector), JSON.stringify(selector)).to.have.lengthOf(1);
    for (const { spec, metadata } of ofKind('NetworkPolicy')) {
      const { podSelector } = spec as {
        podSelector: {
          matchLabels?: Record<string, string>;
          matchExpressions?: { key: string; values: string[] }[];
        };
      };
      if (podSelector.matchLabels)
        expect(podsWith(podSelector.matchLabels), metadata.name).not.to.deep.equal([]);
      for (const { key, values } of podSelector.matchExpressions ?? [])
        for (const value of values) expect(podsWith({ [key]: value }), metadata.name).to.have.lengthOf(1);
    }
    for (const { spec } of ofKind('HorizontalPodAutoscaler')) {
      const { kind, name } = (spec as { scaleTargetRef: { kind: string; name: string } }).scaleTargetRef;
      expect(named(kind, name).spec).not.to.have.property('replicas');
    }
  });

  it('has a budget for disruptions, and an autoscaler, for each service; that of rating-service looks at what waits', async () => {
    for (const { metadata } of ofKind('Deployment')) {
      named('PodDisruptionBudget', metadata.name);
      named('HorizontalPodAutoscaler', metadata.name);
    }
    const { metrics } = named('HorizontalPodAutoscaler', 'rating-service').spec as {
      metrics: { type: string; external?: { metric: { name: string } } }[];
    };
    const wanted = metrics.find(({ type }) => type === 'External')?.external?.metric.name;
    const adapter = await readText('deploy/kubernetes/prometheus-adapter.yaml');
    expect(adapter).to.include(`as: ${wanted}`);
    const [, metric, queue] = /max\((\w+)\{queue="([^"]+)"\}\)/.exec(adapter) ?? [];
    expect(await readText('ct-common-lib/src/bus/bus-metrics.ts')).to.include(`name: '${metric}'`);
    expect(await readText('ct-common-lib/src/bus/topology.ts')).to.include(`'${queue}'`);
  });

  it('has Prometheus find the pods of both services, under the job names that the alerts go by', async () => {
    const { scrape_configs: configs } = parse(await readText('deploy/kubernetes/prometheus.yaml')) as {
      scrape_configs: {
        kubernetes_sd_configs: { namespaces: { names: string[] } }[];
        relabel_configs: { source_labels: string[]; regex?: string; target_label?: string }[];
      }[];
    };
    const { kubernetes_sd_configs: places, relabel_configs: rules } = configs[0]!;
    expect(places[0]!.namespaces.names).to.deep.equal([ofKind('Namespace')[0]!.metadata.name]);
    const [keep, job] = rules;
    const named = /^\((.*)\);(\w+)$/.exec(keep!.regex!)!;
    for (const name of named[1]!.split('|')) {
      const [pod] = podsWith({ 'app.kubernetes.io/name': name });
      expect(pod!.kind).to.equal('Deployment');
      expect(pod!.pod.containers[0]!.ports!.map(({ name }) => name)).to.include(named[2]);
    }
    // The label as Prometheus writes it.
    expect(job).to.deep.equal({
      source_labels: [`__meta_kubernetes_pod_label_${'app.kubernetes.io/name'.replace(/\W/g, '_')}`],
      target_label: 'job',
    });
    const alerts = await readText('docker/prometheus/alerts.yml');
    for (const [, jobs] of alerts.matchAll(/job=~"([^"]+)"/g)) expect(jobs).to.equal(named[1]);
  });

  it('holds every pod tightly: no root, nothing to write to, no token, no right of the kernel, bounded memory', () => {
    expect(workloads).to.have.lengthOf(4);
    for (const { name, pod } of workloads) {
      expect(pod.automountServiceAccountToken, name).to.equal(false);
      expect(pod.securityContext).to.deep.include({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext, resources } of pod.containers) {
        expect(securityContext).to.deep.equal({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(resources?.requests).to.have.keys('cpu', 'memory');
        expect(resources?.limits).to.have.keys('memory');
      }
    }
  });

  it('denies every pod all traffic that no policy names', () => {
    const { spec } = named('NetworkPolicy', 'deny-all') as unknown as {
      spec: { podSelector: { matchLabels: Record<string, string> }; policyTypes: string[] };
    };
    expect(spec).to.have.keys('podSelector', 'policyTypes');
    expect(spec.policyTypes).to.have.members(['Ingress', 'Egress']);
    expect(podsWith(spec.podSelector.matchLabels)).to.have.lengthOf(workloads.length);
  });
});
