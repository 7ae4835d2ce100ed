import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readText, root, sectionOf } from './support/markdown.ts';

const kinds = [
  'Spoofing',
  'Tampering',
  'Repudiation',
  'Information disclosure',
  'Denial of service',
  'Elevation of privilege',
];

describe('docs/threat-model.md', () => {
  async function threats() {
    const section = sectionOf(await readText('docs/threat-model.md'), 'Threats');
    const rows = section.split('\n').filter((line) => line.startsWith('| ') && !/^\| (-|STRIDE)/.test(line));
    return rows.map((row) => {
      const [kind = '', threat = '', mitigation = '', proof = ''] = row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
      const [, file = '', title = ''] = /^`([^`]+)` "(.+)"$/.exec(proof) ?? [];
      return { kind, threat, mitigation, file, title };
    });
  }

  it('has threats of each of the six kinds, and for each what holds it off', async () => {
    const all = await threats();
    expect([...new Set(all.map(({ kind }) => kind))]).to.deep.equal(kinds);
    for (const { threat, mitigation } of all) expect([threat, mitigation]).to.not.include('');
  });

  it('names for each a test that exists', async () => {
    for (const { threat, file, title } of await threats()) {
      expect(file, threat).to.match(/\.test\.ts$/);
      expect(existsSync(join(root, file)), file).to.equal(true);
      expect(title, threat).to.have.length.above(10);
      expect(await readText(file), `${file}: ${title}`).to.include(title);
    }
  });
});
