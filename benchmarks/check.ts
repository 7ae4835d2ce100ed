// `npm run bench:check`: is any committed ratio lost?
import { bestOf, compare, isCompared, lossAllowed, noiseOf, type Comparison } from './check/comparison.ts';
import { formatNumber } from './report/format.ts';
import { readAnswers, type Answer } from './report/results.ts';
import { alternate, type Bench } from './rig/bench.ts';
import { measuredNodes } from './rig/nodes.ts';
import { takeOptions } from './rig/options.ts';
import type { Finding } from './rig/measurement.ts';
import type { Rig } from './rig/rig.ts';
import { runWithRig } from './rig/session.ts';
import { questions } from './questions/index.ts';

/**
 * A disturbance of the machine that meets the project alone costs it a part of a ratio, and is gone on the next try; a
 * true loss is there on each. The price of taking the best: where a disturbance meets the reference alone in most rounds
 * of one try, a loss is seen by a later run only.
 */
const tries = 3;

/** Questions that are not asked here, and why. */
const leftOut: Record<string, string> = {
  'cached-product':
    'its references need no helper, so that a busy machine slows them less; redis-by-hand is on its path',
  'review-page': 'likewise',
  'not-modified': 'on the path of redis-by-hand',
  'new-average': 'too few samples in seconds',
  'large-product': 'minutes to fill',
  'deep-page': 'minutes to fill',
  import: 'minutes; rating-backlog and relay are its parts',
};

takeOptions(
  `Usage: npm run bench:check

Measures quickly what takes seconds, and compares the ratios that are to be compared with those in benchmarks/results.json: never
absolute times. Only on this Node.js, and only if its major version is that of the committed ratios.
A ratio is lost that is more than ${lossAllowed * 100} % short in the best of ${tries} tries. Some five minutes, more where it has to try again.
Where two servers that are the same differ by more than that, the machine is too busy to tell, and nothing counts as lost.

Left out: ${Object.entries(leftOut)
    .map(([name, reason]) => `${name} (${reason})`)
    .join(', ')}.

Exit code 1 if a ratio is lost, 2 for wrong arguments.`,
  {},
);

const committed = await readAnswers();
const nodeThen = committed[0]?.versions['Node.js'];
const majorOf = (version: string | undefined) => version?.split('.')[0];
if (majorOf(nodeThen) !== majorOf(process.versions.node)) {
  // Node's own server is not equally quick in all of them, and it is half of most ratios.
  console.log(
    `The committed ratios are those of Node ${nodeThen}; this is ${process.versions.node}: nothing to compare.`,
  );
  process.exit(0);
}

await runWithRig(async (rig) => {
  const lost: Comparison[] = [];
  for (const { question, findings } of committed.filter(isChecked)) {
    for (const comparison of await check(rig, question, findings.filter(isOfThisNode))) {
      console.log(describe(comparison));
      if (comparison.loss > lossAllowed) lost.push(comparison);
    }
  }
  if (lost.length === 0) return 0;
  const noise = await measureNoise(rig);
  const percent = `two servers that are the same differ by up to ${Math.round(noise * 100)} % here`;
  const isJudged = noise <= lossAllowed;
  for (const comparison of lost)
    console.error(`${isJudged ? 'LOST' : 'NOT JUDGED'}: ${describe(comparison)}`);
  console.error(
    isJudged ? percent : `${percent}: this machine is too busy to tell. Run it again on a quiet one.`,
  );
  return isJudged ? 1 : 0;
});

function isChecked({ question, findings }: Answer): boolean {
  return !(question in leftOut) && findings.some(isCompared);
}

/** Of servers with a helper, as those are that are compared. */
async function measureNoise(rig: Rig): Promise<number> {
  const progress = (text: string) => console.error(`noise: ${text}`);
  const startOne = (PREFIX: string) =>
    rig.startReference('cached-by-hand.ts', {
      variables: { SIZE: '500', ITEMS: '0', REDIS_URL: rig.redisUrl, PREFIX },
    });
  const [one, other] = [await startOne('one-'), await startOne('other-')];
  const load = async ({ port }: { port: number }) =>
    (await rig.putLoad({ port, requests: [{ path: '/' }], seconds: 2 })).requestsPerSecond;
  const bench: Bench = { rig, nodes: [], rounds: 5, seconds: 2, quick: true, progress };
  const figures = await alternate(bench, { one: () => load(one), 'the same': () => load(other) });
  return noiseOf(figures.one, figures['the same']);
}

/** The rows of another are named by it: they would double the time, for the same code. */
function isOfThisNode({ what }: Finding): boolean {
  return !/ on Node \d+$/.test(what);
}

/** The best of the tries, of which there are no more than it takes. */
async function check(rig: Rig, name: string, findings: Answer['findings']): Promise<Comparison[]> {
  const question = questions.find((one) => one.name === name)!;
  const progress = (text: string) => console.error(`${name}: ${text}`);
  const nodes = measuredNodes().filter(({ suffix }) => suffix === '');
  const bench: Bench = { rig, nodes, rounds: 3, seconds: 2, quick: true, progress };
  let best: Comparison[] | undefined;
  for (let attempt = 1; attempt <= tries; attempt++) {
    if (attempt > 1) progress(`falls short, try ${attempt} of ${tries}`);
    const found = compare(findings, await question.answer(bench));
    best = best ? bestOf(best, found) : found;
    if (best.every(({ loss }) => loss <= lossAllowed)) break;
  }
  return best!;
}

function describe({ row, what, reference, committed, now }: Comparison): string {
  return `${row}. ${what}, against ${reference}: ${formatNumber(now)}, committed ${formatNumber(committed)}`;
}
