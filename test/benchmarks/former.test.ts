import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { checkOutFormer } from '../../benchmarks/check/former.ts';
import { describeWithPrograms } from '../support/programs.ts';
import { finding } from './support/finding.ts';

const date = '2026-11-21T18:03:05.914Z';
const answer = { question: 'cached-product', date };
const asked = finding({ figures: [700], reference: { name: 'raw', figures: [1000] } });

describeWithPrograms('bench:check, of a ratio that falls short,', { git: 'git' }, () => {
  let folder: string;
  let repository: string;
  let below: string;
  const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: repository });

  /** A state of the project, whose `npm run bench` does this. */
  async function commit(bench: string, results: string) {
    const script = { scripts: { bench: 'node bench.js' } };
    await writeFile(join(repository, 'package.json'), JSON.stringify(script));
    await writeFile(join(repository, 'bench.js'), bench);
    await writeFile(join(repository, 'benchmarks/results.json'), results);
    await git('add', '.');
    await git('-c', 'user.name=Ada', '-c', 'user.email=ada@shop.test', 'commit', '-qm', 'A state');
  }

  const tell = (ratio: number) => `
    if (process.argv.slice(2).join(' ') !== '--only cached-product --quick') process.exit(2);
    console.log('13. GET a product: 1 requests/s against 1 of raw: 9 (9–9)');
    console.log('1. GET a product on Node 24: 1 requests/s against 1 of raw: 9 (9–9)');
    console.log('1. GET a product: 1 requests/s against 1 of ' + process.env.REDIS_URL + ': 9 (9–9)');
    console.log('1. GET a product: 1,400 requests/s against 2,000 of raw: ${ratio} (0.1–1,234), ≥ 0.5: reached');`;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ct-reviews-test-'));
    repository = join(folder, 'repository');
    below = join(folder, 'below');
    await mkdir(join(repository, 'benchmarks'), { recursive: true });
    await mkdir(below);
    await git('init', '-q');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('measures the commit that wrote it down, not one before or after', async () => {
    await commit(tell(0.3), '[]');
    await commit(tell(0.7), JSON.stringify([answer]));
    await commit(tell(0.5), JSON.stringify([answer, { question: 'relay', date: 'later' }]));
    const former = await checkOutFormer(repository, answer, below);
    expect(former.commit).to.equal((await git('rev-parse', 'HEAD~1')).stdout.slice(0, 10));
    const [found] = await former.measure([asked], { REDIS_URL: 'redis' });
    expect(found).to.deep.equal({ ...asked, figures: [0.7], reference: { name: 'raw', figures: [1] } });
  });

  it('fails where that commit cannot be measured, or does not tell of the row', async () => {
    await commit('process.exit(3)', JSON.stringify([answer]));
    const failing = await checkOutFormer(repository, answer, below);
    await expectRejected(failing.measure([asked], {}), 'ended with 3');
    await rm(below, { recursive: true });
    await commit(tell(0.7), '[]');
    await commit(tell(0.7), JSON.stringify([{ ...answer, date: 'again' }]));
    const silent = await checkOutFormer(repository, { ...answer, date: 'again' }, below);
    await expectRejected(silent.measure([{ ...asked, row: '2' }], {}), 'row 2 (GET a product)');
  });

  it('fails where the history does not hold that commit, and says what to do', async () => {
    await commit(tell(0.7), '[]');
    await expectRejected(checkOutFormer(repository, answer, below), 'git fetch --unshallow');
    await commit(tell(0.7), JSON.stringify([answer]));
    await commit(tell(0.7), JSON.stringify([answer, 'another']));
    const origin = repository;
    repository = join(folder, 'shallow');
    await promisify(execFile)('git', ['clone', '-q', '--depth', '1', `file://${origin}`, repository]);
    await expectRejected(checkOutFormer(repository, answer, below), 'git fetch --unshallow');
  });
});

async function expectRejected(promise: Promise<unknown>, message: string) {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(Error).with.property('message').that.includes(message);
}
