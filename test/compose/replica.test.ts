import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import { query } from '../support/deployment.ts';
import { startInstalledPostgres, type InstalledPostgres } from '../support/installed-postgres.ts';
import { root } from '../support/program.ts';
import { describeWithPrograms } from '../support/programs.ts';

describeWithPrograms('docker/postgres-replica/start.sh', { initdb: 'postgresql' }, ({ initdb }) => {
  let primary: InstalledPostgres;
  /** What the containers have: readable for everybody, whoever runs PostgreSQL here. */
  let files: string;
  let data: string;
  /** As which user it will follow is not of the copy: the password may have been changed since. */
  const started = 'postgres -c primary_conninfo=host=127.0.0.1 user=ct_replication -c some=setting';

  before(async () => {
    files = await mkdtemp(join(tmpdir(), 'ct-replica-'));
    await chmod(files, 0o755);
    for (const name of ['postgres-replica/start.sh', 'postgres/pg_hba.conf'])
      await copyFile(join(root, 'docker', name), join(files, basename(name)));
    // It tells how it was called; the server itself is started below.
    await writeFile(join(files, 'postgres'), '#!/bin/sh\necho "postgres $@"\n', { mode: 0o755 });
    primary = await startInstalledPostgres(dirname(initdb), {
      settings: `-c hba_file=${join(files, 'pg_hba.conf')}`,
    });
    data = join(primary.folder, 'docker');
    await query(primary.url, `CREATE ROLE ct_replication LOGIN REPLICATION PASSWORD 'secret'`);
    await query(primary.url, 'CREATE TABLE rows (n int)');
  });
  after(async () => {
    await primary?.stop();
    await rm(files, { recursive: true });
  });

  /** As the container does; gives what is printed, or throws with it. */
  const start = (changed: Record<string, string> = {}) => {
    const variables = {
      PATH: `${files}:${primary.programs}:${process.env.PATH}`,
      PGHOST: '127.0.0.1',
      PGPORT: String(primary.port),
      PGUSER: 'ct_replication',
      PGPASSWORD: 'secret',
      PGDATA: data,
      DATABASE_REPLICA_URL: 'postgres://ct_api@postgres-replica/ct_api',
      ...changed,
    };
    const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    return primary.run('/usr/bin/env', [...settings, 'sh', join(files, 'start.sh'), '-c', 'some=setting']);
  };
  const refusal = (changed: Record<string, string>) =>
    start(changed).then(
      (said) => expect.fail(`it started: ${said}`),
      (error: Error) => error.message,
    );

  it('says what to set in .env', async () => {
    expect(await refusal({ PGPASSWORD: '' })).to.include('set CT_REPLICATION_PASSWORD in .env');
    expect(await refusal({ DATABASE_REPLICA_URL: '' })).to.include('DATABASE_REPLICA_URL: set it in .env');
  });

  it('starts nothing without a whole copy, and takes no half one for whole', async () => {
    expect(await refusal({ PGPASSWORD: 'wrong' })).to.include('password authentication failed');
    await primary.run('/bin/sh', ['-c', `mkdir -p ${data}.part && echo 18 > ${data}.part/PG_VERSION`]);
    expect(await start()).to.include(started);
  });

  it('leaves a server that follows the primary', async () => {
    const replica = await primary.startReplica(data);
    await query(primary.url, 'INSERT INTO rows VALUES (1)');
    await waitFor(
      'the row to arrive',
      async () => (await query(replica.url, 'SELECT FROM rows')).length === 1,
    );
    await replica.stop();
  });

  it('goes on with the copy that it has', async () => {
    await query(primary.url, 'DROP ROLE ct_replication');
    expect(await start()).to.equal(`${started}\n`);
  });
});
