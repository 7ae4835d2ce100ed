import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ratioIn } from '../report/line.ts';
import type { Answer } from '../report/results.ts';
import type { Finding } from '../rig/measurement.ts';

/** To install, to build and to measure, each time. */
const timeoutMs = 15 * 60_000;

/**
 * Checks out the commit of the repository at `root` that wrote an answer down, into a new folder below `below`, so that it can be
 * asked the same again on this machine. Throws an Error that says what to do if the history does not reach back to it.
 */
export async function checkOutFormer(
  root: string,
  { question, date }: Pick<Answer, 'question' | 'date'>,
  below: string,
) {
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', args, { cwd: root })).stdout.trim();
  // What a shallow history begins with seems to have written everything.
  const isShallow = (await git('rev-parse', '--is-shallow-repository')) === 'true';
  const commits = await git('log', `-S${date}`, '--format=%H', '--reverse', '--', 'benchmarks/results.json');
  const commit = commits.split('\n')[0];
  if (isShallow || !commit)
    throw new Error(
      `the commit with the figures of ${question} is not in this history: git fetch --unshallow`,
    );

  const folder = join(below, `former-${question}`);
  await git('clone', '--quiet', '--no-checkout', '.', folder);
  await git('-C', folder, 'checkout', '--quiet', '--detach', commit);

  return {
    commit: commit.slice(0, 10),

    /** These findings with the ratios that it has here and now. `environment` is as for `npm run bench`. */
    async measure(findings: Finding[], environment: NodeJS.ProcessEnv): Promise<Finding[]> {
      const lines = await runBench(folder, question, environment);
      return findings.map((finding) => ({
        ...finding,
        figures: [ratioIn(lines, finding)],
        reference: { name: finding.reference!.name, figures: [1] },
      }));
    },
  };
}

/** The lines that a quick run prints; what it is doing goes to the terminal. Throws an Error if it fails. */
async function runBench(folder: string, question: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
  const child = spawn('npm', ['run', 'bench', '--', '--only', question, '--quick'], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: timeoutMs,
  });
  const stop = () => child.kill();
  process.once('exit', stop);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => void lines.push(line));
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`npm run bench in ${folder} ended with ${code ?? 'a signal'}`);
    return lines;
  } finally {
    process.off('exit', stop);
  }
}
