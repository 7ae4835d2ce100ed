// `npm run check`: formatting, lint, types and the library's reference, all at once. Shows the output of what fails.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const programOf = (name: string, file: string) =>
  join(dirname(require.resolve(`${name}/package.json`)), file);

const steps = {
  prettier: [programOf('prettier', 'bin/prettier.cjs'), '--check', '.'],
  eslint: [programOf('eslint', 'bin/eslint.js'), '.'],
  tsc: [programOf('typescript', 'bin/tsc'), '--project', '.'],
  typedoc: [
    programOf('typedoc', 'bin/typedoc'),
    '--options',
    join(root, 'ct-common-lib/typedoc.json'),
    '--emit',
    'none',
  ],
};

async function run([name, args]: [string, string[]]) {
  console.log(`${name} …`);
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  console.log(code === 0 ? `${name} passed` : `${name} failed:\n${stdout}${stderr}`);
  return code === 0;
}

const results = await Promise.all(Object.entries(steps).map(run));
process.exitCode = results.every(Boolean) ? 0 : 1;
