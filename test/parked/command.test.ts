import { expect } from 'chai';
import { createTestDatabase, describeWithRabbit } from 'ct-common-lib/testing';
import { runEventsParked, type RunOptions } from '../../scripts/parked/run.ts';
import { runNpm } from '../support/npm.ts';
import { createParkedHarness, reviews } from './harness.ts';

async function run(argv: string[], sources: Partial<RunOptions> = {}) {
  const said = { stdout: '', stderr: '' };
  const exitCode = await runEventsParked(argv, {
    rabbitmqUrl: undefined,
    prefix: '',
    databaseUrl: undefined,
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text) },
    ask: undefined,
    ...sources,
  });
  return { exitCode, ...said };
}

describe('npm run events:parked', () => {
  const wrong: [argv: string[], sentence: string][] = [
    [[], 'Say what to do: list, show, requeue or discard.'],
    [['lits'], 'There is no command "lits"'],
    [['list', 'a'], 'list takes no ids'],
    [['list', '--limit', '0'], '--limit must be a whole number from 1, not 0.'],
    [['list', '--limit', '1e3'], '--limit must be a whole number from 1, not 1e3.'],
    [['list', '--yes'], '--yes is for discard alone.'],
    [['show'], 'Name the ids of what to show'],
    [['show', '--all'], 'Name the ids of what to show'],
    [['requeue'], 'Name the ids of what to requeue, or else give --all.'],
    [['requeue', 'a', '--all'], 'Name the ids of what to requeue, or else give --all.'],
    [['discard', '--yes'], 'Name the ids of what to discard, or else give --all.'],
    [['list', '--queue', 'reviews'], '--queue must be one of rating-service.reviews, api-service.ratings,'],
    [['list', '--nonsense'], "Unknown option '--nonsense'"],
  ];
  for (const [argv, sentence] of wrong) {
    it(`exits with 2 and says what is wrong with "${argv.join(' ')}"`, async () => {
      const { exitCode, stdout, stderr } = await run(argv);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: '' });
      expect(stderr).to.include(sentence).and.to.include('See --help.');
    });
  }

  it('explains itself', async () => {
    const { exitCode, stdout } = await run(['--help']);
    expect(exitCode).to.equal(0);
    for (const word of [
      'list',
      'show',
      'requeue',
      'discard',
      '--queue',
      '--limit',
      '--all',
      '--yes',
      'Exit code',
    ])
      expect(stdout).to.include(word);
  });

  it('says what to set when there is nothing to look into', async () => {
    const { exitCode, stderr } = await run(['list']);
    expect(exitCode).to.equal(1);
    expect(stderr)
      .to.include('RABBITMQ_URL is not set.')
      .and.to.include('set DATABASE_URL, or start `npm start`');
    expect((await run(['list', '--queue', reviews])).stderr).not.to.include('DATABASE_URL');
  });

  it('says what it cannot reach, and never a password', async () => {
    const unreachable: [Partial<RunOptions>, string][] = [
      [{ rabbitmqUrl: 'amqp://me:secret@127.0.0.1:1' }, 'Cannot reach RabbitMQ at 127.0.0.1:1 ('],
      [{ rabbitmqUrl: 'nonsense' }, 'Cannot reach RabbitMQ ('],
      [{ databaseUrl: 'postgres://me:secret@127.0.0.1:1/x' }, 'Cannot reach the database at 127.0.0.1:1 ('],
    ];
    for (const [sources, sentence] of unreachable) {
      const { exitCode, stdout, stderr } = await run(['list'], sources);
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 1, stdout: '' });
      expect(stderr).to.include(sentence).and.not.to.include('secret');
    }
  });

  it('says that a database has no tables yet', async () => {
    const database = await createTestDatabase({ name: 'parked' });
    const { exitCode, stderr } = await run(['list'], { databaseUrl: database.url });
    expect(exitCode).to.equal(1);
    expect(stderr).to.include('has no tables of this version');
    await database.drop();
  });
});

describeWithRabbit('npm run events:parked, as a user types it', (url) => {
  it('goes by RABBITMQ_URL and NAME_PREFIX, and exits with its code', async () => {
    const harness = await createParkedHarness(url);
    try {
      await harness.park(reviews, '{}', 'a');
      const variables = { RABBITMQ_URL: url, NAME_PREFIX: harness.prefix, DATA_DIR: '/nonexistent' };
      const npm = async (...argv: string[]) => {
        const program = runNpm(['run', '-s', 'events:parked', '--', ...argv], { variables });
        return { exitCode: await program.ended, ...program.said };
      };
      const listed = await npm('list');
      expect(listed.exitCode, listed.stderr).to.equal(0);
      expect(listed.stdout).to.match(/^rating-service\.reviews +a +- +EVENT_SCHEMA/m);
      expect((await npm('discard', 'a')).exitCode).to.equal(2);
      expect((await npm('discard', 'b', '--yes')).exitCode).to.equal(1);
      const discarded = await npm('discard', 'a', '--yes');
      expect(discarded.exitCode).to.equal(0);
      expect(discarded.stdout).to.include('1 message discarded.');
    } finally {
      await harness.stop();
    }
  });
});
