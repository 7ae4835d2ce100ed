import { expect } from 'chai';
import { readText } from './support/markdown.ts';

const kinds = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];

describe('ct-common-lib/CHANGELOG.md', () => {
  it('has the form of Keep a Changelog', async () => {
    const text = await readText('ct-common-lib/CHANGELOG.md');
    expect(text).to.match(/^# Changelog\n/);
    const [, ...entries] = text.split(/^## /m);
    expect(entries[0]).to.match(/^\[Unreleased\]\n/);
    for (const entry of entries.slice(1)) expect(entry).to.match(/^\[\d+\.\d+\.\d+\S*\] - \d{4}-\d\d-\d\d\n/);
    for (const entry of entries) {
      const [, ...sections] = entry.split(/^### /m);
      const headings = sections.map((section) => section.split('\n')[0]!);
      expect(kinds).to.include.members(headings);
      expect([...new Set(headings)], 'a kind of change stands once').to.deep.equal(headings);
      for (const section of sections) expect(section).to.match(/^\w+\n\n(?:(?:- | {2}\S).*\n)+\s*$/);
    }
  });

  it('lists releases from the newest to the first, and package.json is not ahead of them', async () => {
    const text = await readText('ct-common-lib/CHANGELOG.md');
    const { version } = JSON.parse(await readText('ct-common-lib/package.json')) as { version: string };
    const released = [...text.matchAll(/^## \[(\d\S*)\]/gm)].map(([, name]) => name!);
    const descending = (versions: string[]) =>
      versions.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }));
    expect(released).to.deep.equal(descending(released));
    // The heading comes first, and the version then follows it.
    if (released.length > 0) expect(descending([version, ...released])[0]).to.equal(released[0]);
  });
});
