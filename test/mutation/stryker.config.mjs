import { groups } from './groups.mjs';

const group = process.env.MUTATION_GROUP;
const { mutate, tests } = groups[group];
const results = `coverage/mutation/${group}`;

export default {
  mutate,
  testRunner: 'mocha',
  mochaOptions: { 'no-config': true, 'no-package': true, spec: tests },
  testRunnerNodeArgs: ['--conditions=ct-source', '--import=tsx', '--import=./test/support/load-as-esm.mjs'],
  plugins: ['@stryker-mutator/mocha-runner', './test/mutation/words-for-people.mjs'],
  ignorers: ['words-for-people'],
  coverageAnalysis: 'perTest',
  tempDirName: '.data/mutation',
  ignorePatterns: ['.data', 'coverage', 'docker', 'docs', '**/dist'],
  // Works on a copy of the project, see link-library.mjs.
  symlinkNodeModules: false,
  buildCommand: 'node test/mutation/link-library.mjs',
  concurrency: 2,
  // Many tests wait for up to 30 s; one that has not passed by then has noticed the mutant.
  timeoutMS: 12_000,
  timeoutFactor: 2,
  // A test that a mutant has made fail may leave connections open.
  maxTestRunnerReuse: 25,
  reporters: ['progress-append-only', 'clear-text', 'json', 'html'],
  jsonReporter: { fileName: `${results}.json` },
  htmlReporter: { fileName: `${results}.html` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
  cleanTempDir: 'always',
};
