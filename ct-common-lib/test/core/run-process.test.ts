import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { waitFor } from '../../src/testing/wait-for.ts';

const program = join(import.meta.dirname, 'run-process.program.ts');

describe('runProcess', () => {
  const children: ChildProcess[] = [];
  after(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  function run(behaviour = '') {
    const child = fork(program, [behaviour], {
      execArgv: ['--conditions=ct-source', '--import', 'tsx'],
      env: { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: process.env.NODE_V8_COVERAGE },
      silent: true,
    });
    children.push(child);
    const exited = once(child, 'exit').then(([code]) => code as number);
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream]!.on('data', (text) => (printed[stream] += String(text)));
    const says = (word: string) => waitFor(`"${word}"`, () => printed.stdout.includes(`${word}\n`));
    return { child, exited, printed, says };
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`stops everything at ${signal} and exits with 0`, async () => {
      const { child, exited, printed, says } = run();
      await says('started');
      child.kill(signal);
      expect(await exited).to.equal(0);
      expect(printed).to.deep.equal({ stdout: 'started\nstopping\nstopped\n', stderr: '' });
    });
  }

  it('stops everything when its launcher goes away', async () => {
    const { child, exited, printed, says } = run();
    await says('started');
    child.disconnect();
    expect(await exited).to.equal(0);
    expect(printed.stdout).to.equal('started\nstopping\nstopped\n');
  });

  it('takes a SIGINT that comes twice at once for one, as npm passes on what the terminal sends', async () => {
    const { child, exited, printed, says } = run();
    await says('started');
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await exited).to.equal(0);
    expect(printed.stdout).to.equal('started\nstopping\nstopped\n');
  });

  it('exits with 130 at a later SIGINT, without waiting for a stop that hangs', async () => {
    const { child, exited, printed, says } = run('hangs at stop');
    await says('started');
    child.kill('SIGINT');
    await says('stopping');
    const impatient = setInterval(() => child.kill('SIGINT'), 100);
    expect(await exited).to.equal(130);
    clearInterval(impatient);
    expect(printed.stdout).not.to.include('stopped');
  });

  it('says in one sentence why it cannot start, and exits with 1', async () => {
    const { exited, printed } = run('misconfigured');
    expect(await exited).to.equal(1);
    expect(printed).to.deep.equal({ stdout: '', stderr: 'program cannot start. Set PORT.\n' });
  });

  it('prints the stack of an error that nobody raised on purpose, and stops what has started', async () => {
    const { exited, printed } = run('broken');
    expect(await exited).to.equal(1);
    expect(printed.stderr).to.match(
      /^program cannot start\. TypeError: this is a bug\n +at .*run-process\.program/,
    );
    expect(printed.stdout).to.equal('stopping\nstopped\n');
  });

  it('ends without starting anything when it is stopped while it prepares', async () => {
    const { child, exited, printed, says } = run('prepares slowly');
    await says('preparing');
    child.kill('SIGTERM');
    expect(await exited).to.equal(0);
    expect(printed.stdout).to.equal('preparing\n');
  });

  it('does not call it a failure when a stop cuts the start short', async () => {
    const { child, exited, printed, says } = run('starts until stopped');
    await says('starting');
    child.kill('SIGTERM');
    expect(await exited).to.equal(0);
    expect(printed).to.deep.equal({ stdout: 'starting\nstopping\nstopped\n', stderr: '' });
  });
});
