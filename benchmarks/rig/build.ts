import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from './system.ts';

/** Builds all packages as production runs them. */
export async function build(): Promise<void> {
  console.error('building …');
  await promisify(execFile)('npm', ['run', 'build'], { cwd: root });
}
