// `npm run test:faults`: the fault suite, see arguments.ts for its options. Exit code 0 when nothing was lost, wrong or
// late; 1 when something was, or when the run was void; 2 for wrong arguments.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../support/program.ts';
import { readArguments, usage, type Arguments } from './arguments.ts';
import { faults } from './faults/index.ts';
import { storm } from './storm.ts';

async function build() {
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

async function main(): Promise<number> {
  let given: Arguments | 'help';
  try {
    given = readArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (given === 'help') {
    console.log(usage);
    return 0;
  }
  const { only } = given;
  const chosen = only === undefined ? faults : faults.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) {
    console.error(`No fault is called "${only}"; --list prints their names.`);
    return 2;
  }
  if (given.list) {
    for (const { name } of chosen) console.log(name);
    return 0;
  }
  await build();
  return storm({ ...given, faults: chosen, isWhole: only === undefined });
}

// Not only the exit code: a run that broke off may have left watchers behind.
process.exit(await main());
