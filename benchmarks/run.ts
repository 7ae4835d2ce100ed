// `npm run bench`: measures the project and its references in turn, and writes down what comes of it.
import { describeCommit, describeEnvironment } from './report/environment.ts';
import { describeFinding } from './report/line.ts';
import { publish } from './report/publish.ts';
import { putAnswer, readAnswers, writeAnswers } from './report/results.ts';
import type { Question } from './rig/bench.ts';
import type { Finding } from './rig/measurement.ts';
import { measuredNodes } from './rig/nodes.ts';
import { refuse, takeOptions } from './rig/options.ts';
import type { Rig } from './rig/rig.ts';
import { installTools, runWithRig } from './rig/session.ts';
import { questions } from './questions/index.ts';

const names = questions.map(({ name }) => name);

const { only, quick, report } = takeOptions(
  `Usage: npm run bench -- [options]

Builds for production, starts PostgreSQL, Redis and RabbitMQ, measures the services and what they are held against in turn,
five rounds each, and writes benchmarks/results.json, and from it benchmarks/README.md and benchmarks/plots/.

  --only NAME[,NAME…]  asks these questions alone: their findings are replaced in results.json, those of the others stay,
                       and README and plots are made anew
  --quick              three short rounds, for a first impression: prints, and writes nothing
  --report             measures nothing: makes README and plots anew from results.json and soak.json
  --help               prints this

Questions: ${names.join(', ')}.

DATABASE_URL (of a superuser; databases of its own are made and dropped), REDIS_URL and RABBITMQ_URL name servers to use instead.
Exit code 1 if a question could not be answered (the findings of the others are kept), 2 for wrong arguments. A mark that is not
reached is no failure.`,
  {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
  },
);
const chosen = chooseQuestions();

if (report) {
  await installTools();
  await publish();
  process.exit();
}

await runWithRig(async (rig) => {
  const failures: string[] = [];
  for (const question of chosen) {
    try {
      const findings = await answer(question, rig);
      for (const finding of findings) console.log(describeFinding(finding));
      if (!quick) await writeDown(rig, question, findings);
    } catch (error) {
      if (rig.isStopping()) break;
      console.error(error);
      failures.push(`${question.name}: ${(error as Error).message}`);
    }
  }
  for (const failure of failures) console.error(`NOT ANSWERED: ${failure}`);
  return failures.length > 0 ? 1 : 0;
});

function answer(question: Question, rig: Rig): Promise<Finding[]> {
  return question.answer({
    rig,
    nodes: measuredNodes(),
    rounds: quick ? 3 : 5,
    seconds: quick ? 2 : 3,
    quick,
    progress: (text) => console.error(`${question.name}: ${text}`),
  });
}

/** At once, so that nothing that comes later can lose it. */
async function writeDown(rig: Rig, { name }: Question, findings: Finding[]): Promise<void> {
  const environment = await describeEnvironment(rig);
  const commit = await describeCommit();
  const answered = { question: name, date: new Date().toISOString(), commit, ...environment, findings };
  await writeAnswers(putAnswer(await readAnswers(), answered, names));
  await publish();
}

function chooseQuestions(): Question[] {
  if (only === undefined) return questions;
  return only
    .split(',')
    .map(
      (name) =>
        questions.find((question) => question.name === name) ??
        refuse(`There is no question ${name}: choose from ${names.join(', ')}`),
    );
}
