import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

export interface Resource {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: unknown;
}

interface Kustomization {
  namespace?: string;
  resources?: string[];
  images?: { name: string; newName: string; newTag: string }[];
  patches?: { path: string }[];
}

const known = ['apiVersion', 'kind', 'namespace', 'resources', 'images', 'patches'];

export const readResources = (file: string) =>
  parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Resource);

/**
 * What `kubectl kustomize` makes of a folder, as far as this project uses it: resources, a namespace, images, and patches of maps and
 * single values. Throws on all else, and where a patch or an image names nothing that is there.
 */
export function build(folder: string): Resource[] {
  const path = join(folder, 'kustomization.yaml');
  const wanted = parse(readFileSync(path, 'utf8')) as Kustomization;
  const unknown = Object.keys(wanted).filter((field) => !known.includes(field));
  if (unknown.length > 0) throw new Error(`${path}: ${unknown.join(', ')} is not understood here`);
  const resources = (wanted.resources ?? []).flatMap((name) => {
    const resource = join(folder, name);
    return name.endsWith('.yaml') ? readResources(resource) : build(resource);
  });
  for (const { path: name } of wanted.patches ?? []) {
    for (const patch of readResources(join(folder, name))) {
      const target = resources.find(
        (each) => each.kind === patch.kind && each.metadata.name === patch.metadata.name,
      );
      if (!target) throw new Error(`${name} is for a ${patch.kind} ${patch.metadata.name} that is not there`);
      merge(target, patch, `${dirname(path)}/${name}`);
    }
  }
  for (const { name, newName, newTag } of wanted.images ?? []) {
    const containers = resources.flatMap(containersOf).filter(({ image }) => image === name);
    if (containers.length === 0) throw new Error(`${path}: no container has the image ${name}`);
    for (const container of containers) container.image = `${newName}:${newTag}`;
  }
  if (wanted.namespace !== undefined) {
    for (const { kind, metadata } of resources)
      if (kind !== 'Namespace') metadata.namespace = wanted.namespace;
  }
  return resources;
}

function merge(target: Record<string, unknown>, patch: Record<string, unknown>, where: string) {
  for (const [field, value] of Object.entries(patch)) {
    // Kubernetes merges no two lists of this name.
    if (Array.isArray(value) && field === 'metrics') target[field] = value;
    else if (Array.isArray(value)) throw new Error(`${where}: lists are not merged here (${field})`);
    else if (value !== null && typeof value === 'object') {
      target[field] ??= {};
      merge(target[field] as Record<string, unknown>, value as Record<string, unknown>, where);
    } else target[field] = value;
  }
}

export interface Container {
  name: string;
  image: string;
  command?: string[];
  env?: { name: string; value: string }[];
  envFrom?: { configMapRef: { name: string } }[];
  ports?: { name: string; containerPort: number }[];
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  securityContext?: Record<string, unknown>;
}

interface Probe {
  httpGet: { path: string; port: string };
}

export interface PodSpec {
  containers: Container[];
  volumes?: { name: string; secret?: { secretName: string; defaultMode: number } }[];
  securityContext?: Record<string, unknown>;
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
  topologySpreadConstraints?: { labelSelector: { matchLabels: Record<string, string> } }[];
}

export interface Template {
  metadata: { labels: Record<string, string> };
  spec: PodSpec;
}

/** The pods that a resource makes; undefined: it makes none. */
export const templateOf = ({ kind, spec }: Resource): Template | undefined =>
  kind === 'Deployment' || kind === 'Job' ? (spec as { template: Template }).template : undefined;

const containersOf = (resource: Resource) => templateOf(resource)?.spec.containers ?? [];
