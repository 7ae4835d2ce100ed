import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const require = createRequire(import.meta.url);
const library = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(library, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')) as {
  exports: Record<string, { 'ct-source': string }>;
  peerDependencies: Record<string, string>;
};
const subpaths = Object.keys(manifest.exports);

describe("the library's README", () => {
  it('has one example for each subpath', () => {
    expect(examples().map(({ subpath }) => subpath)).to.deep.equal(subpaths);
  });

  it('has examples of about 20 lines', () => {
    for (const { code } of examples()) expect(code.split('\n').length).to.be.within(10, 35);
  });

  for (const subpath of subpaths) {
    it(`names the peers that ${subpath} imports`, async () => {
      const imported = new Set<string>();
      await collectPeers(join(library, manifest.exports[subpath]!['ct-source']), imported, new Set());
      // Sequelize loads its driver by name, and the suites use what mocha makes global.
      if (imported.has('sequelize')) imported.add('pg');
      if (subpath === './testing') imported.add('mocha');
      expect(peersInTable(subpath)).to.have.members([...imported]);
    });
  }
});

describe('each example of the README prints what the README shows', function () {
  // Two of them start a PostgreSQL.
  this.timeout(60_000);
  let folder: string;
  let cwd: string;

  before(async () => {
    // Inside the package, so that it finds the library by its name.
    folder = await mkdtemp(join(import.meta.dirname, 'readme-'));
    cwd = await mkdtemp(join(tmpdir(), 'ct-readme-'));
    // PostgreSQL runs as another user than root, and has to get there.
    await chmod(cwd, 0o755);
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await rm(cwd, { recursive: true });
  });

  examples().forEach(({ subpath, code, output }, index) => {
    it(subpath, async () => {
      const file = join(folder, `example-${index}.ts`);
      await writeFile(file, code);
      const { TEST_REDIS_URL: _redis, REQUIRE_SERVICES: _required, ...env } = process.env;
      const runner = subpath === './testing' ? [mochaProgram(), '--no-config', '--no-color', file] : [file];
      const { stdout, stderr } = await promisify(execFile)(
        process.execPath,
        ['--conditions=ct-source', '--import', pathToFileURL(require.resolve('tsx')).href, ...runner],
        // mocha makes CommonJS of an example here, which is not the code that the coverage is about.
        { cwd, env: { ...env, NODE_OPTIONS: '', NODE_V8_COVERAGE: '' } },
      );
      expect(withoutTimes(stdout)).to.equal(output);
      expect(stderr).to.equal('');
    });
  });
});

function examples() {
  const section = /### `ct-common-lib(\S*)`\n[^#]*?```ts\n([^]*?)```\n\n```text\n([^]*?)\n```/g;
  return [...readme.matchAll(section)].map(([, subpath = '', code = '', output = '']) => ({
    subpath: `.${subpath}`,
    code,
    output: withoutTimes(output),
  }));
}

function withoutTimes(text: string): string {
  return text.replaceAll(/ \(\d+ms\)/g, '').trim();
}

function peersInTable(subpath: string): string[] {
  const [, install = ''] = readme.split('## Install');
  const row = install.split('\n').find((line) => line.startsWith(`| \`${subpath.replace('./', '/')}\` `));
  return [...(row?.split('|')[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
}

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

function mochaProgram(): string {
  return join(dirname(require.resolve('mocha/package.json')), 'bin', 'mocha.js');
}
