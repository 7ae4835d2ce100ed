import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { describeWithRabbit, describeWithRedis, waitFor } from 'ct-common-lib/testing';
import { fencedBlocks, readText, sectionOf } from '../docs/support/markdown.ts';
import {
  createDeployment,
  query,
  removeKeys,
  type BackingServices,
  type Deployment,
} from '../support/deployment.ts';
import { startInstalledPostgres } from '../support/installed-postgres.ts';
import { describeWithPrograms } from '../support/programs.ts';
import { runNpm } from '../support/npm.ts';
import { rebuildRatings, verifyRatings } from '../support/rating-audit.ts';
import type { Service } from '../support/service.ts';

describe('backup and restore, as docs/operations.md has them', function () {
  this.timeout(300_000);

  describeWithRedis('with Redis', (redisUrl) => {
    describeWithRabbit('and RabbitMQ', (rabbitUrl) => {
      // A server as old as pg_dump, and not the embedded one.
      describeWithPrograms('and pg_dump', { initdb: 'postgresql' }, ({ initdb }) =>
        backupAndRestore({ redisUrl, rabbitUrl }, dirname(initdb)),
      );
    });
  });
});

function backupAndRestore(backing: BackingServices, programs: string) {
  let server: Awaited<ReturnType<typeof startInstalledPostgres>>;
  let deployment: Deployment;
  let api: Service;
  let folder: string;
  let commands: { backup: string; restore: string };
  const login = { email: 'ada@shop.example', password: 'correct horse battery' };

  before(async () => {
    const section = sectionOf(await readText('docs/operations.md'), 'Backup and restore');
    const [backup, restore] = fencedBlocks(section);
    commands = { backup: backup!.text, restore: restore!.text };
    folder = await mkdtemp(join(tmpdir(), 'ct-backup-'));
    server = await startInstalledPostgres(programs);
    deployment = await createDeployment({ ...backing, postgresUrl: server.url });
    await query(server.url, 'CREATE ROLE ct_api LOGIN');
    await migrateForServiceUser();
    [api] = await Promise.all([startApi(), deployment.startRating()]);
  });
  after(async () => {
    await deployment?.remove();
    await server?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** As in compose: it does not own its tables. */
  const serviceUrl = () => Object.assign(new URL(deployment.databaseUrl), { username: 'ct_api' }).href;
  const startApi = () => deployment.startApi({ DATABASE_URL: serviceUrl() });

  async function migrateForServiceUser() {
    const { databaseUrl, ratingDatabaseUrl } = deployment;
    const program = runNpm(['run', '--silent', 'migrate'], {
      variables: {
        MIGRATION_DATABASE_URL: databaseUrl,
        DATABASE_URL: serviceUrl(),
        RATING_DATABASE_URL: ratingDatabaseUrl,
      },
    });
    expect(await program.ended, program.said.stderr).to.equal(0);
  }

  const rightsAndSettings = () =>
    query(
      deployment.databaseUrl,
      `SELECT datdba::regrole::text, datacl::text, setconfig
         FROM pg_database LEFT JOIN pg_db_role_setting ON setdatabase = pg_database.oid
        WHERE datname = current_database()`,
    );

  /** As the operator pastes them. */
  const paste = (text: string) =>
    promisify(execFile)('/bin/sh', ['-euc', text], {
      cwd: folder,
      env: {
        PATH: `${programs}:${process.env.PATH}`,
        MIGRATION_DATABASE_URL: deployment.databaseUrl,
        SERVER_URL: server.url,
        DATABASE: new URL(deployment.databaseUrl).pathname.slice(1),
      },
    });

  it('bring back what was there, and nothing that came later, with ratings that are right', async () => {
    const kept = await api.createProduct();
    const review = await api.createReview(kept.id, { rating: 4 });
    expect((await api.post('/api/accounts', login)).status).to.equal(201);
    await waitFor('the rating', async () => (await api.product(kept.id)).averageRating === 4);
    // As docker/postgres/10-databases.sql and docs/operations.md have them.
    const name = new URL(deployment.databaseUrl).pathname.slice(1);
    for (const sql of [
      `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`,
      `GRANT CONNECT ON DATABASE ${name} TO ct_api`,
      `ALTER DATABASE ${name} SET statement_timeout = '10s'`,
    ])
      await query(server.url, sql);
    const ofDatabase = await rightsAndSettings();
    await paste(commands.backup);

    await api.patch(`/api/reviews/${review.id}`, { rating: 1 });
    const lost = await api.createProduct();
    await api.createReview(lost.id);
    await waitFor(
      'the rating that will be lost',
      async () => (await api.product(kept.id)).averageRating === 1,
    );

    api.program.signal('SIGTERM');
    await api.program.ended;
    await paste(commands.restore);
    await removeKeys(backing.redisUrl, deployment.prefix);
    api = await startApi();
    const rebuilt = await rebuildRatings(deployment);
    expect(rebuilt.code, rebuilt.said).to.equal(0);

    expect((await verifyRatings(deployment, api)).said).to.include('no difference');
    expect(await rightsAndSettings()).to.deep.equal(ofDatabase);
    expect(await api.product(kept.id)).to.deep.include({ averageRating: 4, reviewCount: 1 });
    expect(await api.review(review.id)).to.deep.equal(review);
    expect((await api.get(`/api/products/${lost.id}`)).status).to.equal(404);
    expect((await api.post('/api/sessions', login)).status).to.equal(201);
  });

  it('leave a system that goes on: reviews are written, counted, and kept from being deleted in SQL', async () => {
    const { id } = await api.createProduct();
    const review = await api.createReview(id, { rating: 2 });
    await waitFor('the rating', async () => (await api.product(id)).averageRating === 2);
    const deleted = query(deployment.databaseUrl, 'DELETE FROM reviews WHERE id = $1', [review.id]);
    expect(await deleted.catch((error: Error) => error)).to.be.an('error');
  });
}
