import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../rig/measurement.ts';
import { root } from '../rig/system.ts';
import type { Environment } from './environment.ts';

/** What was found out about one question, and when and where. */
export interface Answer extends Environment {
  question: string;
  /** RFC 3339, UTC. */
  date: string;
  commit: string;
  findings: Finding[];
}

export const folder = join(root, 'benchmarks');
const file = join(folder, 'results.json');

/** The answers that were written down, in the order of the questions. */
export const readAnswers = (): Promise<Answer[]> => readJson<Answer[]>(file, []);

/** In the order of `names`, and without answers to questions that are asked no more. */
export function putAnswer(answers: Answer[], answer: Answer, names: string[]): Answer[] {
  const all = [...answers.filter(({ question }) => question !== answer.question), answer];
  return names.flatMap((name) => all.filter(({ question }) => question === name));
}

export const writeAnswers = (answers: Answer[]) => writeJson(file, answers);

/** Gives `otherwise` if there is no such file. */
export async function readJson<Value>(path: string, otherwise: Value): Promise<Value> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Value;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw error;
  }
}

/** Numbers with six figures that matter, and those of a list on one line. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, formatJson(value));
}

export function formatJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_key, part: unknown) => (typeof part === 'number' ? Number(part.toPrecision(6)) : part),
    2,
  );
  return `${text.replace(/\[[\d\s.,e+-]+\]/g, (list) => list.replace(/\s+/g, ' ').replace(/\[ | \]/g, (end) => end.trim()))}\n`;
}
