// `npm run bench:check`: is any committed ratio lost?
import { bestOf, compare, isCompared, lossAllowed, type Comparison } from './check/comparison.ts';
import { checkOutFormer } from './check/former.ts';
import { formatNumber } from './report/format.ts';
import { readAnswers, type Answer } from './report/results.ts';
import type { Bench } from './rig/bench.ts';
import { measuredNodes } from './rig/nodes.ts';
import { takeOptions } from './rig/options.ts';
import type { Finding } from './rig/measurement.ts';
import type { Rig } from './rig/rig.ts';
import { runWithRig } from './rig/session.ts';
import { root } from './rig/system.ts';
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
A ratio falls short that is more than ${lossAllowed * 100} % below in the best of ${tries} tries. Some five minutes, more where it has to try again.
As that may be the machine, the commit that wrote it down is then installed and measured here, in turn with what is here now: lost
is what falls short of that, too, again in the best of ${tries}. That takes the history, and up to a quarter of an hour.

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
  const doubted: [Answer, Finding[]][] = [];
  for (const answer of committed.filter(isChecked)) {
    const findings = answer.findings.filter(isOfThisNode).filter(isCompared);
    const comparisons = await check(rig, answer.question, findings);
    for (const comparison of comparisons) console.log(describe(comparison, 'committed'));
    const short = findings.filter((_, row) => isShort(comparisons[row]!));
    if (short.length > 0) doubted.push([answer, short]);
  }
  let isLost = false;
  for (const [answer, findings] of doubted) isLost = (await isLostHere(rig, answer, findings)) || isLost;
  return isLost ? 1 : 0;
});

function isChecked({ question, findings }: Answer): boolean {
  return !(question in leftOut) && findings.some(isCompared);
}

function isShort({ loss }: Comparison): boolean {
  return loss > lossAllowed;
}

/** Whether ratios that fall short of the committed ones do so of what their commit reaches on this machine, too. */
async function isLostHere(rig: Rig, answer: Answer, findings: Finding[]): Promise<boolean> {
  const former = await checkOutFormer(root, answer, rig.folder);
  const environment = {
    DATABASE_URL: rig.postgresUrl('postgres'),
    REDIS_URL: rig.redisUrl,
    RABBITMQ_URL: rig.rabbitUrl,
  };
  const measureFormer = () => {
    console.error(`${answer.question}: measuring commit ${former.commit} …`);
    return former.measure(findings, environment);
  };
  const comparisons = await check(rig, answer.question, measureFormer);
  for (const comparison of comparisons) {
    const verdict = isShort(comparison) ? 'LOST' : 'NOT LOST';
    console.error(`${verdict}: ${describe(comparison, `commit ${former.commit} on this machine`)}`);
  }
  return comparisons.some(isShort);
}

/** The rows of another are named by it: they would double the time, for the same code. */
function isOfThisNode({ what }: Finding): boolean {
  return !/ on Node \d+$/.test(what);
}

/** What is measured now beside what was before, in the best of the tries, of which there are no more than it takes. */
async function check(
  rig: Rig,
  name: string,
  before: Finding[] | (() => Promise<Finding[]>),
): Promise<Comparison[]> {
  const question = questions.find((one) => one.name === name)!;
  const progress = (text: string) => console.error(`${name}: ${text}`);
  const nodes = measuredNodes().filter(({ suffix }) => suffix === '');
  const bench: Bench = { rig, nodes, rounds: 3, seconds: 2, quick: true, progress };
  let best: Comparison[] | undefined;
  for (let attempt = 1; attempt <= tries; attempt++) {
    if (attempt > 1) progress(`falls short, try ${attempt} of ${tries}`);
    const findings = typeof before === 'function' ? await before() : before;
    const found = compare(findings, await question.answer(bench));
    best = best ? bestOf(best, found) : found;
    if (!best.some(isShort)) break;
  }
  return best!;
}

function describe({ row, what, reference, committed, now }: Comparison, before: string): string {
  return `${row}. ${what}, against ${reference}: ${formatNumber(now)}, ${before} ${formatNumber(committed)}`;
}
