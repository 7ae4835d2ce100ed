// `npm run test:faults`: the fault suite, see arguments.ts for its options. Exit code 0 when nothing was lost, wrong or
// late; 1 when something was, or when the run was void; 2 for wrong arguments.
import { runCommand } from '../support/command.ts';
import { readArguments, usage, type Arguments } from './arguments.ts';
import { buildForProduction } from './build.ts';
import { faults } from './faults/index.ts';
import { storm } from './storm.ts';

async function run(given: Arguments): Promise<number> {
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
  await buildForProduction();
  return storm({ ...given, faults: chosen, isWhole: only === undefined });
}

await runCommand({ usage, readArguments, run });
