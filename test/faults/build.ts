import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../support/program.ts';

/** Compiles all packages to their `dist`. Throws with what the compiler says. */
export async function buildForProduction(): Promise<void> {
  console.log('Building for production …');
  const building = spawn('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  building.stdout.on('data', (chunk) => (said += String(chunk)));
  const [code] = (await once(building, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`npm run build failed:\n${said}`);
}
