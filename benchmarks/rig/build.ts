import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from './system.ts';

/** Builds all packages as production runs them. Throws what the build says if it fails. */
export async function build(signal?: AbortSignal): Promise<void> {
  console.error('building …');
  await promisify(execFile)('npm', ['run', 'build'], { cwd: root, signal });
}
