import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import { examples, peersInTable } from './support/readme.ts';

const library = resolve(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { 'ct-source': string }>;
  peerDependencies: Record<string, string>;
};
const sources = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
  typeof target === 'string' ? [] : [{ subpath, source: target['ct-source'] }],
);

// That they print what is shown is seen by test/package, where they run on the package as it is published.
describe("the library's README", () => {
  it('has one example for each subpath', () => {
    expect(examples().map(({ subpath }) => subpath)).to.deep.equal(sources.map(({ subpath }) => subpath));
  });

  it('has examples of about 20 lines', () => {
    for (const { code } of examples()) expect(code.split('\n').length).to.be.within(10, 35);
  });

  for (const { subpath, source } of sources) {
    it(`names the peers that ${subpath} imports`, async () => {
      const imported = new Set<string>();
      await collectPeers(join(library, source), imported, new Set());
      // Sequelize loads its driver by name, and the suites use what mocha makes global.
      if (imported.has('sequelize')) imported.add('pg');
      if (subpath === './testing') imported.add('mocha');
      expect(peersInTable(subpath)).to.have.members([...imported]);
    });
  }
});

/** The optional peers that a file loads, itself or through others of the library. */
async function collectPeers(file: string, peers: Set<string>, seen: Set<string>): Promise<void> {
  if (seen.has(file)) return;
  seen.add(file);
  const source = await readFile(file, 'utf8');
  for (const [, from] of source.matchAll(/^(?:import|export) (?!type\b)[^;]*?from '([^']+)';/gm)) {
    if (from!.startsWith('.')) await collectPeers(resolve(dirname(file), from!), peers, seen);
    else if (from! in manifest.peerDependencies) peers.add(from!);
  }
}
