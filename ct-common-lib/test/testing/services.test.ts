import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect } from 'chai';

interface Report {
  passes: { fullTitle: string }[];
  pending: { fullTitle: string }[];
  failures: { fullTitle: string; err: { message: string } }[];
}

const mochaFolder = dirname(createRequire(import.meta.url).resolve('mocha/package.json'));
const loadAsEsm = join(import.meta.dirname, '../../../test/support/load-as-esm.mjs');
const nodeOptions = ['--conditions=ct-source', '--import', 'tsx', '--import', loadAsEsm];
const mocha = [join(mochaFolder, 'bin', 'mocha.js'), '--no-config', '--reporter', 'json'];

/** Runs the suites in a mocha of their own, with these variables and no others of theirs. */
async function run(variables: NodeJS.ProcessEnv): Promise<Report> {
  const { TEST_REDIS_URL: _, TEST_RABBITMQ_URL: __, REQUIRE_SERVICES: ___, ...environment } = process.env;
  const suite = join(import.meta.dirname, 'suite-with-services.ts');
  const output = await new Promise<string>((resolve) => {
    const env = { ...environment, ...variables };
    execFile(process.execPath, [...nodeOptions, ...mocha, suite], { env }, (_error, stdout) =>
      resolve(stdout),
    );
  });
  return JSON.parse(output) as Report;
}

describe('a suite that needs a server', () => {
  it('runs with the URL of the server', async () => {
    const { passes, pending } = await run({ TEST_REDIS_URL: 'redis://r', TEST_RABBITMQ_URL: 'amqp://q' });
    expect(passes.map(({ fullTitle }) => fullTitle)).to.deep.equal([
      'with Redis uses redis://r',
      'with RabbitMQ uses amqp://q',
    ]);
    expect(pending).to.be.empty;
  });

  it('is pending without, and tells the line that starts the server', async () => {
    const { pending, failures } = await run({});
    expect(pending.map(({ fullTitle }) => fullTitle)).to.have.length(2);
    expect(pending[0]?.fullTitle).to.match(/^with Redis .*docker run .*redis:/);
    expect(pending[1]?.fullTitle).to.match(/^with RabbitMQ .*docker run .*rabbitmq:/);
    expect(failures).to.be.empty;
  });

  it('fails without where REQUIRE_SERVICES=1', async () => {
    const { pending, failures } = await run({ REQUIRE_SERVICES: '1', TEST_RABBITMQ_URL: 'amqp://q' });
    expect(pending).to.be.empty;
    expect(failures.map(({ err }) => err.message)).to.have.length(1);
    expect(failures[0]?.err.message).to.include('TEST_REDIS_URL');
  });
});
