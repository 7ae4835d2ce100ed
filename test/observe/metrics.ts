/** A family of metrics as `/metrics` shows it. */
export interface Family {
  name: string;
  type: string;
  help: string;
  /** Of its samples, those that only the kind of metric or the registry adds left out. Empty also while there are no samples. */
  labels: Set<string>;
}

const ownLabels = new Set(['service', 'le', 'quantile']);

/** Reads Prometheus's text format. */
export function parseMetrics(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  for (const [, name = '', help = ''] of text.matchAll(/^# HELP (\S+) (.*)$/gm))
    families.set(name, { name, help, type: '', labels: new Set() });
  for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm))
    families.get(name)!.type = type;
  for (const [, sample = '', labels = ''] of text.matchAll(/^(\w+)\{(.*)\} \S+$/gm)) {
    const family = families.get(sample) ?? families.get(sample.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g))
      if (!ownLabels.has(label)) family!.labels.add(label);
  }
  return families;
}

/** The names of the samples: those that a query can ask for. */
export function sampleNames(families: Iterable<Family>): string[] {
  return [...families].flatMap(({ name, type }) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name],
  );
}

/** What the Node.js process tells of itself depends on its version and on the operating system. */
export const isOfProcess = (name: string) => /^(process|nodejs)_/.test(name);
