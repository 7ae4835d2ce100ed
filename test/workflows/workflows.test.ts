import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { expect } from 'chai';
import { packagesForTests } from '../support/debian-packages.ts';
import { fencedBlocks, root } from '../docs/support/markdown.ts';

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  'timeout-minutes': number;
  permissions?: Record<string, string>;
  strategy?: { matrix: Record<string, unknown[]> };
  container?: string;
  services?: Record<string, { image: string }>;
  steps: Step[];
}

interface Workflow {
  permissions: Record<string, string>;
  concurrency: { group: string };
  jobs: Record<string, Job>;
}

const folder = join(root, '.github/workflows');
const workflows = readdirSync(folder).map((file) => {
  const content = readFileSync(join(folder, file), 'utf8');
  return { file, content, workflow: parse(content) as Workflow };
});
const jobs = workflows.flatMap(({ file, workflow }) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ name: `${file} ${name}`, job })),
);
const steps = jobs.flatMap(({ name, job }) => job.steps.map((step) => ({ name, step })));
const { scripts, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
  engines: { node: string };
};
const majors = [...engines.node.matchAll(/(\d+)\.\d+\.\d+/g)].map(([, major]) => Number(major));

describe('.github/workflows', () => {
  for (const { file, content } of workflows) {
    it(`${file} is valid by GitHub's own parser`, async () => {
      expect(await faultsOf(file, content)).to.deep.equal([]);
      const broken = content.replace('timeout-minutes:', 'timeout-minute:');
      expect(await faultsOf(file, broken)).to.not.deep.equal([]);
    });
  }

  it('names only npm scripts and files that exist', () => {
    const commands = steps.flatMap(({ step }) => step.run ?? []).join('\n');
    const named = [...commands.matchAll(/\bnpm (?:run )?(?:-s )?([\w:-]+)/g)].map(([, name]) => name!);
    const own = new Set(['pkg', 'ci', 'config', 'audit']);
    expect(Object.keys(scripts)).to.include.members(named.filter((name) => !own.has(name)));
    const files = [...commands.matchAll(/(?:\.ci\/|(?:[\w-]+\/)?test\/)[\w./-]+/g)].map(([file]) => file);
    expect(files).to.include.members(['.ci/try-services', 'test/package/release.test.ts']);
    for (const file of files) expect(existsSync(join(root, file)), file).to.equal(true);
  });

  it('has commands that the shell can read', () => {
    const programs = readdirSync(join(root, '.ci')).map((file) =>
      readFileSync(join(root, '.ci', file), 'utf8'),
    );
    for (const script of [...steps.flatMap(({ step }) => step.run ?? []), ...programs])
      execFileSync('bash', ['-n'], { input: script, stdio: ['pipe', 'ignore', 'inherit'] });
  });

  it('tests on each Node.js of engines, each with both majors of RabbitMQ', () => {
    const { job } = jobs.find(({ name }) => name === 'ci.yml test')!;
    expect(job.strategy!.matrix).to.deep.equal({ node: majors, rabbitmq: ['3.13', '4'] });
    expect(job.container).to.equal('node:${{ matrix.node }}-bookworm');
    const installed = job.steps.find(({ run }) => run?.includes('apt-get install'))!.run!;
    expect(installed.split(/\s+/)).to.include.members(packagesForTests);
    expect(Object.keys(job.services!)).to.have.members(['postgres', 'redis', 'rabbitmq']);
  });

  it('uses the newest of these versions of Node.js where it uses one alone', () => {
    for (const { name, step } of steps.filter(({ step }) => step.uses?.startsWith('actions/setup-node')))
      expect(step.with?.['node-version'], name).to.equal(majors.at(-1));
    for (const { name, job } of jobs.filter(({ job }) => job.container && !job.strategy))
      expect(job.container, name).to.equal(`node:${majors.at(-1)}-bookworm`);
  });

  it('pins every action and every image to a major version at least', () => {
    const actions = steps.flatMap(({ step }) => step.uses ?? []);
    expect(actions).to.have.length.of.at.least(5);
    for (const action of actions) expect(action).to.match(/^[\w-]+\/[\w/-]+@(v\d+(\.\d+)*|[0-9a-f]{40})$/);
    const images = jobs.flatMap(({ job }) => Object.values(job.services ?? {}).map(({ image }) => image));
    for (const image of images) expect(image).to.match(/^[a-z]+:(\d+|\$\{\{ matrix\.[a-z]+ \}\})$/);
  });

  it('grants the right to read the sources, and to prove its origin to the job that publishes', () => {
    for (const { file, workflow } of workflows)
      expect(workflow.permissions, file).to.deep.equal({ contents: 'read' });
    const wider = jobs.filter(({ job }) => job.permissions);
    expect(wider.map(({ name, job }) => [name, job.permissions])).to.deep.equal([
      ['release.yml publish', { contents: 'read', 'id-token': 'write' }],
    ]);
  });

  it('bounds each job, and lets none of its kind run beside it', () => {
    for (const { name, job } of jobs) expect(job['timeout-minutes'], name).to.be.within(5, 90);
    for (const { file, workflow } of workflows) expect(workflow.concurrency.group, file).to.be.a('string');
  });

  it('runs the commands of CONTRIBUTING for tests, checks and a release', () => {
    const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
    const told = fencedBlocks(text).flatMap(({ text }) =>
      text.split('\n').map((line) => line.split('  ')[0]!.replace('REQUIRE_SERVICES=1 ', '')),
    );
    const commands = steps.flatMap(({ step }) => step.run?.split('\n') ?? []);
    for (const command of [
      'npm test',
      'npm run check',
      'npm run docs:reference',
      'npx lerna publish from-package',
    ])
      expect(
        told.includes(command) && commands.some((line) => line.trim().startsWith(command)),
        command,
      ).to.equal(true);
  });
});

async function faultsOf(name: string, content: string): Promise<string[]> {
  const parsed = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (!parsed.value) return ['It is not YAML.'];
  await convertWorkflowTemplate(parsed.context, parsed.value);
  return parsed.context.errors.getErrors().map(({ message }) => message);
}
