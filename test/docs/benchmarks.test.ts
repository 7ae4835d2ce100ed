import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { readSoak } from '../../benchmarks/report/publish.ts';
import { plotsOf, soakPlotOf } from '../../benchmarks/report/plots.ts';
import { createReadme } from '../../benchmarks/report/readme.ts';
import { readAnswers } from '../../benchmarks/report/results.ts';
import { reachesMark } from '../../benchmarks/rig/measurement.ts';
import { questions } from '../../benchmarks/questions/index.ts';
import { readText, root } from './support/markdown.ts';

describe('benchmarks/README.md', () => {
  it('is what results.json and soak.json say', async () => {
    expect(await readText('benchmarks/README.md')).to.equal(
      createReadme(await readAnswers(), await readSoak()),
    );
  });

  it('has the plots that it shows, and no other', async () => {
    const soak = await readSoak();
    const shown = [...plotsOf(await readAnswers()), ...(soak ? [soakPlotOf(soak)] : [])];
    expect(await readdir(join(root, 'benchmarks/plots'))).to.have.members(shown.map(({ file }) => file));
  });

  it('answers only questions that are asked', async () => {
    const answered = (await readAnswers()).map(({ question }) => question);
    expect(questions.map(({ name }) => name)).to.include.members(answered);
  });

  it('says why, wherever a mark is not reached', async () => {
    const findings = (await readAnswers()).flatMap((answer) => answer.findings);
    const silent = findings.filter((finding) => reachesMark(finding) === false && !finding.shortfall);
    expect(silent.map(({ row, what }) => `${row}. ${what}`)).to.deep.equal([]);
  });
});
