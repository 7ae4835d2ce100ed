// `npm run bench [-- --only NAME[,NAME…] --quick]`: measures the project and its references in turn, and writes down what comes
// of it: results.json, README.md and the plots. With --only or --quick it only prints.
import { parseArgs } from 'node:util';
import { build } from './rig/build.ts';
import type { Bench } from './rig/bench.ts';
import type { Finding } from './rig/measurement.ts';
import { createRig } from './rig/rig.ts';
import { describeFinding } from './rig/report.ts';
import { questions } from './questions/index.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const chosen = chooseQuestions(values.only);

await build();
const rig = await createRig();
const stop = () => void rig.stop().finally(() => process.exit(130));
process.once('SIGINT', stop).once('SIGTERM', stop);
const findings: Finding[] = [];
try {
  for (const question of chosen) {
    const progress = (text: string) => console.error(`${question.name}: ${text}`);
    const bench: Bench = {
      rig,
      rounds: values.quick ? 3 : 5,
      seconds: values.quick ? 2 : 5,
      quick: values.quick,
      progress,
    };
    const found = await question.answer(bench);
    for (const finding of found) console.log(describeFinding(finding));
    findings.push(...found);
  }
} finally {
  await rig.stop();
}

function chooseQuestions(only: string | undefined) {
  if (only === undefined) return questions;
  return only.split(',').map((name) => {
    const found = questions.find((question) => question.name === name);
    if (found) return found;
    const names = questions.map((question) => question.name).join(', ');
    console.error(`There is no question ${name}: choose from ${names}.`);
    process.exit(2);
  });
}
