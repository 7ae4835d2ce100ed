import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { exampleEnv, loadCompose } from './compose-file.ts';

const root = new URL('../../', import.meta.url);
const linesOf = (path: string) =>
  readFileSync(new URL(path, root), 'utf8')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

interface Stage {
  from: string;
  steps: string[];
}

const stages = new Map<string, Stage>();
for (const line of linesOf('Dockerfile')) {
  const [, from, name] = /^FROM (\S+) AS (\S+)$/.exec(line) ?? [];
  if (from !== undefined && name !== undefined) stages.set(name, { from, steps: [] });
  else [...stages.values()].at(-1)?.steps.push(line);
}

/** All steps that make the image of a stage, those of the stages below it first. */
function stepsOf(name: string): string[] {
  const stage = stages.get(name);
  return stage ? [...stepsOf(stage.from), ...stage.steps] : [];
}

/** Whether `.dockerignore` keeps a path from the builder: the last pattern that fits it or a folder above it decides. */
function isIgnored(path: string): boolean {
  const folders = path.split('/').map((_, depth, parts) => parts.slice(0, depth + 1).join('/'));
  const fits = (pattern: string) => {
    const source = pattern
      .replaceAll('.', '\\.')
      .replaceAll('**/', '(.+/)?')
      .replace(/(?<!\.)\*/g, '[^/]*');
    return folders.some((folder) => new RegExp(`^${source}$`).test(folder));
  };
  const decisive = linesOf('.dockerignore').findLast((line) => fits(line.replace('!', '')));
  return decisive !== undefined && !decisive.startsWith('!');
}

// api-keys runs another program of the image of api-service, and api-service-2 the same.
const built = Object.entries(loadCompose(exampleEnv).services).flatMap(
  ([name, { build, command, profiles }]) => (build && !command && !profiles ? [{ name, build }] : []),
);

describe('Dockerfile', () => {
  it('has a target for every service that docker-compose.yml builds', () => {
    expect(built.map(({ name }) => name)).to.have.members(['api-service', 'rating-service']);
    for (const { build } of built) expect(build.context === '.' && stages.has(build.target)).to.equal(true);
  });

  for (const { name, build } of built) {
    it(`starts what ${name} builds, as the process that gets the signals`, () => {
      const commands = stepsOf(build.target).filter((step) => step.startsWith('CMD'));
      expect(commands).to.deep.equal([`CMD ["node", "${name}/dist/main.js"]`]);
      expect(stepsOf(build.target)).to.include(`COPY --from=build /app/${name}/dist ${name}/dist`);
      const { scripts } = JSON.parse(readFileSync(new URL(`${name}/package.json`, root), 'utf8')) as {
        scripts: Record<string, string>;
      };
      expect(scripts.build).to.equal('tsc -p tsconfig.build.json');
      expect(existsSync(new URL(`${name}/src/main.ts`, root))).to.equal(true);
    });

    it(`runs ${name} as a user who is not root, in production`, () => {
      expect(stepsOf(build.target).findLast((step) => step.startsWith('USER'))).to.equal('USER node');
      expect(stepsOf(build.target)).to.include('ENV NODE_ENV=production');
    });

    it(`installs neither development nor optional packages for ${name}`, () => {
      const source = stages.get(`${build.target}-dependencies`)?.steps.join(' ');
      expect(source).to.match(new RegExp(`npm ci --workspace=${name} --omit=dev --omit=optional `));
    });
  }

  it('builds on images of one major version of Node', () => {
    const images = [...stages.values()].map(({ from }) => from).filter((from) => !stages.has(from));
    expect([...new Set(images)]).to.deep.equal(['node:24-bookworm-slim']);
  });

  it('copies only files that exist and that .dockerignore lets through', () => {
    const steps = [...stages.values()].flatMap((stage) => stage.steps);
    const sources = steps
      .filter((step) => /^COPY (?!--from)/.test(step))
      .flatMap((step) => step.split(' ').slice(1, -1));
    expect(sources).to.include.members([
      'package-lock.json',
      'tsconfig.json',
      'ct-common-lib',
      'api-service',
      'rating-service',
    ]);
    for (const source of sources) {
      expect(existsSync(new URL(source, root)), source).to.equal(true);
      expect(isIgnored(source), source).to.equal(false);
    }
  });
});

describe('.dockerignore', () => {
  it('keeps secrets, data, dependencies, builds and tests from the builder, and lets every source through', () => {
    const kept = [
      '.env',
      '.git/config',
      '.data/postgres/PG_VERSION',
      'node_modules/pg/package.json',
      'coverage/index.html',
    ];
    const within = [
      'api-service/node_modules/a',
      'api-service/dist/main.js',
      'ct-common-lib/test/bus/a.test.ts',
      'api-service/coverage/a',
    ];
    for (const path of [...kept, ...within]) expect(isIgnored(path), path).to.equal(true);
    const sources = [
      'ct-common-lib/src/testing/wait-for.ts',
      'api-service/src/main.ts',
      'rating-service/tsconfig.build.json',
    ];
    for (const path of sources) expect(isIgnored(path), path).to.equal(false);
  });
});
