import { expect } from 'chai';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogFile, type LogFile } from './log-file.ts';

describe('the log of a process of the fault suite', () => {
  let folder: string;
  let log: LogFile;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ct-log-'));
    log = createLogFile(join(folder, 'api-1.log'));
  });
  afterEach(async () => {
    log.close();
    await rm(folder, { recursive: true });
  });

  it('counts lines, not occurrences, and goes on where it has stopped', async () => {
    await appendFile(log.path, 'lost\nfound, lost and lost\nfound\n');
    expect([log.count('lost'), log.count('found'), log.count('lost')]).to.deep.equal([2, 2, 2]);
    await appendFile(log.path, 'lost again\n');
    expect([log.count('lost'), log.count('never')]).to.deep.equal([3, 0]);
  });

  it('counts a line when it is whole', async () => {
    await appendFile(log.path, 'connection lo');
    expect(log.count('lost')).to.equal(0);
    await appendFile(log.path, 'st\n');
    expect(log.count('lost')).to.equal(1);
  });

  it('counts in more than it reads at once', async () => {
    await appendFile(log.path, `${'x'.repeat(99)}\n${'y'.repeat(98)}é\n`.repeat(20_000));
    expect([log.count('x'), log.count('é')]).to.deep.equal([20_000, 20_000]);
  });

  it('tells the last words', async () => {
    await appendFile(log.path, `${'x'.repeat(5_000)}\none\ntwo\nthree\n`);
    expect(log.end(2)).to.equal('two\nthree');
  });
});
