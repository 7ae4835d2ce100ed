// The part of `npm run test:mutation` that changes clauses of SQL, see sql-mutants.mjs.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { untilExit } from '../../scripts/setup/child.mjs';
import { groups } from './groups.mjs';
import { sqlMutants } from './sql-mutants.mjs';

const root = join(import.meta.dirname, '../..');
const mocha = join(import.meta.dirname, 'node_modules/mocha/lib/cli/cli.js');
const nodeArgs = [
  // First, so that tsx reads files through it.
  '--import=./test/mutation/sql-mutant-hook.mjs',
  '--conditions=ct-source',
  '--import=tsx',
  '--import=./test/support/load-as-esm.mjs',
];
const mochaArgs = ['--no-config', '--no-package', '--bail', '--exit', '--timeout=60000', '--reporter=json'];

/** Applies a group's mutants, one at a time, to no file but to what is loaded. Gives whether enough were killed. */
export async function runSqlMutants(group, env) {
  const mutants = sqlMutants.filter((mutant) => mutant.group === group);
  if (mutants.length === 0) return true;
  const failing = await failingTest(group, undefined, env);
  if (failing) throw new Error(`Fails without any mutant: ${failing}`);

  const survivors = [];
  for (const mutant of mutants) {
    const killer = await failingTest(group, mutant, env);
    if (!killer) survivors.push(mutant);
  }
  for (const { file, from, to } of survivors) console.log(`[Survived] SQL\n${file}\n- ${from}\n+ ${to}\n`);
  console.log(`${mutants.length - survivors.length} of ${mutants.length} SQL mutants were killed`);
  return survivors.length <= 0.15 * mutants.length;
}

/** Runs the tests of a group on one mutant, or on none. Gives the title of the first test that failed. */
async function failingTest(group, mutant, env) {
  const tests = spawn(process.execPath, [...nodeArgs, mocha, ...mochaArgs, ...groups[group].tests], {
    cwd: root,
    env: { ...env, SQL_MUTANT: mutant && JSON.stringify(mutant) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(tests.stdout), text(tests.stderr), untilExit(tests)]);
  const report = /^\{\n {2}"stats"[^]*^\}/m.exec(stdout)?.[0];
  if (!report) throw new Error(`The tests of ${group} did not run:\n${stdout}${stderr}`);
  return JSON.parse(report).failures[0]?.fullTitle;
}
