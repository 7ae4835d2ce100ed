import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { faults } from '../faults/faults/index.ts';
import { readText, root, sectionOf } from './support/markdown.ts';

describe('"What happens when … fails" in docs/operations.md', () => {
  const names = faults.map(({ name }) => name);

  /** What each row says that it is tried by. */
  async function trials(): Promise<string[][]> {
    const section = sectionOf(await readText('docs/operations.md'), 'What happens when … fails');
    const rows = section
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (-|What fails)/.test(line));
    return rows.map((row) =>
      [
        ...row
          .split('|')
          .at(-2)!
          .matchAll(/`([^`]+)`/g),
      ].map(([, trial]) => trial!),
    );
  }

  it('has a test or a fault behind every row', async () => {
    const rows = await trials();
    expect(rows).to.have.length.above(20);
    for (const row of rows) expect(row).to.not.deep.equal([]);
    const isThere = (trial: string) =>
      trial.endsWith('.test.ts') ? existsSync(join(root, trial)) : names.some((name) => name.includes(trial));
    expect(rows.flat().filter((trial) => !isThere(trial))).to.deep.equal([]);
  });

  it('has a row for every fault', async () => {
    const told = (await trials()).flat();
    expect(names.filter((name) => !told.some((trial) => name.includes(trial)))).to.deep.equal([]);
  });
});
