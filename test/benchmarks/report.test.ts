import { expect } from 'chai';
import { formatMark, formatNumber, formatSpread } from '../../benchmarks/report/format.ts';
import { describeFinding } from '../../benchmarks/report/line.ts';
import { plotsOf } from '../../benchmarks/report/plots.ts';
import { createReadme } from '../../benchmarks/report/readme.ts';
import { formatJson, putAnswer, type Answer } from '../../benchmarks/report/results.ts';
import type { Finding } from '../../benchmarks/rig/measurement.ts';
import { finding } from './support/finding.ts';

const answer = (findings: Finding[], given: Partial<Answer> = {}): Answer => ({
  question: 'cached-product',
  date: '2026-01-02T03:04:05.678Z',
  commit: '0123456789',
  machine: { processor: 'Some processor', cores: 2, memoryGiB: 8, kernel: '6.1' },
  versions: { 'Node.js': '20.19.0', PostgreSQL: '18.1' },
  findings,
  ...given,
});

const rowsOf = (findings: Finding[]) =>
  createReadme([answer(findings)], undefined)
    .split('\n')
    .filter((line) => /^\| \d/.test(line));

describe('numbers of a report', () => {
  it('have three figures that matter', () => {
    expect([0.45678, 1, 38_249.6, 0].map(formatNumber)).to.deep.equal(['0.457', '1', '38,200', '0']);
    expect(formatSpread({ median: 0.5, least: 0.44444, most: 0.6 })).to.equal('0.5 (0.444–0.6)');
  });

  it('have a unit in the mark only without a reference', () => {
    expect(formatMark(finding())).to.equal('≥ 0.45');
    expect(formatMark(finding({ better: 'less', unit: 'ms', reference: undefined, mark: 3 }))).to.equal(
      '≤ 3 ms',
    );
  });
});

describe('the line of a finding', () => {
  it('tells figure, reference, ratio and mark', () => {
    expect(describeFinding(finding())).to.equal(
      '1. GET a product: 200 requests/s against 400 of raw: 0.5 (0.5–0.5), ≥ 0.45: reached',
    );
    expect(describeFinding(finding({ mark: 0.6 }))).to.match(/NOT REACHED$/);
  });
});

describe('the README of the benchmarks', () => {
  it('has a row for each finding, in the order of their numbers', () => {
    expect(rowsOf([finding({ row: '13a' }), finding({ row: '2' }), finding()])).to.have.length(3);
    expect(rowsOf([finding({ row: '13a' }), finding({ row: '2' })])[0]).to.match(/^\| 2 /);
    expect(rowsOf([finding()])).to.deep.equal([
      '| 1 | GET a product | 200 requests/s | raw: 400 requests/s | 0.5 (0.5–0.5) | ≥ 0.45 | yes |',
    ]);
  });

  it('shows the spread of a figure that has no reference', () => {
    const alone = finding({ unit: 's', better: 'less', figures: [1, 2, 3], reference: undefined, mark: 1.5 });
    expect(rowsOf([alone])[0]).to.include('| 2 (1–3) s |  |  | ≤ 1.5 s | **no**, see below |');
  });

  it('shows no ratio of nothing to nothing', () => {
    const nothing = finding({ figures: [0], reference: { name: 'raw', figures: [0] }, mark: undefined });
    expect(rowsOf([nothing])[0]).to.include('| raw: 0 requests/s |  |  |  |');
  });

  it('says why a mark is not reached, and only then', () => {
    const shortfall = 'The disk is full.';
    expect(createReadme([answer([finding({ mark: 0.9, shortfall })])], undefined)).to.include(
      '- **1. GET a product, against raw:** The disk is full.',
    );
    expect(createReadme([answer([finding({ shortfall })])], undefined)).not.to.include(shortfall);
  });

  it('tells machine, versions, date and commit, once for all that share them', () => {
    const answers = [
      answer([finding()]),
      answer([], { question: 'other', date: '2026-02-03T00:00:00.000Z' }),
    ];
    const readme = createReadme(answers, undefined);
    expect(readme.match(/Some processor, 2 cores, 8 GiB; Linux 6\.1/g)).to.have.length(1);
    expect(readme).to.include('Node.js 20.19.0, PostgreSQL 18.1');
    expect(readme).to.include('2026-01-02, at commit 0123456789: `cached-product`');
    expect(readme).to.include('2026-02-03, at commit 0123456789: `other`');
  });

  it('embeds the plots that there is something to draw for', () => {
    expect(plotsOf([answer([finding()])]).map(({ file }) => file)).to.deep.equal([
      'ratios.svg',
      'requests.svg',
    ]);
    expect(plotsOf([])).to.deep.equal([]);
    const growing = finding({
      row: '12',
      unit: 'reviews/s',
      series: { seconds: [0, 1], 'memory, MiB': [5, 6] },
    });
    expect(createReadme([answer([growing])], undefined)).to.include('(plots/over-time-12.svg)');
  });
});

describe('results.json', () => {
  it('replaces the answer to one question, in the order of the questions, and drops old questions', () => {
    const [first, second, gone] = ['a', 'b', 'gone'].map((question) => answer([], { question }));
    const anew = answer([finding()], { question: 'a' });
    expect(putAnswer([second!, gone!, first!], anew, ['a', 'b'])).to.deep.equal([anew, second]);
  });

  it('keeps six figures, and lists of numbers on one line', () => {
    expect(formatJson({ figures: [1.23456789, 2e-9], name: 'x' })).to.equal(
      '{\n  "figures": [1.23457, 2e-9],\n  "name": "x"\n}\n',
    );
  });
});
