import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { createLifecycle, createLogger, type LifecycleOptions } from '../../src/index.ts';
import { waitFor } from '../../src/testing/wait-for.ts';

function createTraced(options: Partial<LifecycleOptions> = {}) {
  const trace: string[] = [];
  const log = createLogger({ name: 'test', level: 'silent' });
  const lifecycle = createLifecycle({ log, ...options });
  const add = (name: string) =>
    lifecycle.add(
      name,
      async () => void trace.push(`start ${name}`),
      async () => void trace.push(`stop ${name}`),
    );
  return { lifecycle, trace, add };
}

describe('createLifecycle', () => {
  it('starts in the order in which parts were added, and stops in reverse', async () => {
    const { lifecycle, trace, add } = createTraced();
    for (const name of ['database', 'bus', 'http']) add(name);
    await lifecycle.start();
    expect(trace.splice(0)).to.deep.equal(['start database', 'start bus', 'start http']);
    await lifecycle.stop();
    expect(trace).to.deep.equal(['stop http', 'stop bus', 'stop database']);
  });

  it('starts a part only when the one before it has started', async () => {
    const { lifecycle, trace, add } = createTraced();
    lifecycle.add('slow', async () => {
      await setImmediate();
      trace.push('slow has started');
    });
    add('next');
    await lifecycle.start();
    expect(trace).to.deep.equal(['slow has started', 'start next']);
  });

  it('takes parts that have only a start or only a stop', async () => {
    const { lifecycle, trace } = createTraced();
    lifecycle.add('only start', () => void trace.push('start'));
    lifecycle.add('only stop', undefined, () => void trace.push('stop'));
    await lifecycle.start();
    await lifecycle.stop();
    expect(trace).to.deep.equal(['start', 'stop']);
  });

  it('stops each part once, however often it is asked', async () => {
    const { lifecycle, trace, add } = createTraced();
    add('http');
    await lifecycle.start();
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    await lifecycle.stop();
    expect(trace).to.deep.equal(['start http', 'stop http']);
  });

  it('can be stopped before it was started, and then starts nothing', async () => {
    const { lifecycle, trace, add } = createTraced();
    add('http');
    await lifecycle.stop();
    await lifecycle.start();
    expect(trace).to.deep.equal([]);
  });

  it('can be stopped while it starts: what has begun is stopped, what has not is never started', async () => {
    const { lifecycle, trace, add } = createTraced();
    let finish!: () => void;
    add('database');
    lifecycle.add(
      'migrations',
      () => new Promise<void>((resolve) => (finish = resolve)),
      () => void trace.push('stop migrations'),
    );
    add('http');
    const started = lifecycle.start();
    await waitFor('the migrations to begin', () => finish);
    await lifecycle.stop();
    finish();
    await started;
    expect(trace).to.deep.equal(['start database', 'stop migrations', 'stop database']);
  });

  it('stops the parts before one that fails to start, and that one too, and throws its error', async () => {
    const { lifecycle, trace, add } = createTraced();
    add('database');
    lifecycle.add(
      'http',
      () => {
        throw new Error('port taken');
      },
      () => void trace.push('stop http'),
    );
    add('bus');
    const failure = await lifecycle.start().catch((error: unknown) => error);
    expect(failure).to.have.property('message', 'port taken');
    expect(trace).to.deep.equal(['start database', 'stop http', 'stop database']);
  });

  it('goes on with the next part when one hangs at the stop, or fails', async () => {
    const lines: string[] = [];
    const log = createLogger({ name: 'test', destination: { write: (line) => void lines.push(line) } });
    const { lifecycle, trace, add } = createTraced({ log, stopTimeoutMs: 10 });
    add('database');
    lifecycle.add('broken', undefined, () => Promise.reject(new Error('cannot')));
    lifecycle.add('hanging', undefined, () => new Promise(() => {}));
    await lifecycle.start();
    await lifecycle.stop();
    expect(trace).to.deep.equal(['start database', 'stop database']);
    expect(lines.map((line) => (JSON.parse(line) as { part: string }).part)).to.deep.equal([
      'hanging',
      'broken',
    ]);
    expect(lines[0]).to.include('No answer within 10 ms');
  });

  it('takes no part any more once it is stopping', async () => {
    const { lifecycle } = createTraced();
    await lifecycle.stop();
    expect(() => lifecycle.add('late')).to.throw('Cannot add late');
  });
});
