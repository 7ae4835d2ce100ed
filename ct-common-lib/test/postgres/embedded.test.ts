import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Client } from 'pg';
import { isRunning } from '../../src/postgres/data-dir-lock.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/postgres/embedded.ts';
import { waitFor } from '../../src/testing/wait-for.ts';

const isRoot = process.getuid?.() === 0;

describe('embedded PostgreSQL', () => {
  let folder: string;
  let dataDir: string;
  let postgres: EmbeddedPostgres | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ct-embedded-'));
    await chmod(folder, 0o755);
    dataDir = join(folder, 'postgres');
  });

  afterEach(async () => {
    await postgres?.stop();
    postgres = undefined;
  });

  after(() => rm(folder, { recursive: true, force: true }));

  async function start(options: { dataDir?: string; databases?: string[] } = {}) {
    postgres = await startEmbeddedPostgres({ dataDir, databases: ['app'], durable: false, ...options });
    return postgres;
  }

  async function ask<T extends object>(sql: string): Promise<T[]> {
    const client = new Client({ connectionString: postgres?.url('app') });
    await client.connect();
    try {
      return (await client.query<T>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Another process that has the server running; gives the server's pid. */
  async function startElsewhere(how = 'hold') {
    const script = join(import.meta.dirname, 'hold-postgres.ts');
    const args = ['--conditions=ct-source', '--import', 'tsx', script, dataDir, how];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, exited, serverPid: Number(line.toString()) };
  }

  async function keepRow() {
    await ask('CREATE TABLE IF NOT EXISTS kept (n int)');
    await ask('INSERT INTO kept VALUES (1)');
  }

  it('starts a server that died again, on the port where everybody looks for it', async () => {
    const postgres = await start();
    const pid = postgres.pid();
    process.kill(pid, 'SIGKILL');
    await waitFor('the new server', () => postgres.pid() !== pid);
    const client = new Client({ connectionString: postgres.url('app') });
    await client.connect();
    expect((await client.query('SELECT 1 AS one')).rows).to.deep.equal([{ one: 1 }]);
    await client.end();
  });

  it('creates the databases, in UTF-8, and is reached on 127.0.0.1 alone', async () => {
    await start({ databases: ['app', 'with "quotes"'] });
    const names = await ask<{ datname: string }>('SELECT datname FROM pg_database');
    expect(names.map(({ datname }) => datname)).to.include.members(['app', 'with "quotes"']);
    const [settings] = await ask(`
      SELECT current_setting('server_encoding') AS encoding, current_setting('listen_addresses') AS addresses,
             current_setting('unix_socket_directories') AS sockets, upper('ä') AS upper`);
    expect(settings).to.deep.equal({ encoding: 'UTF8', addresses: '127.0.0.1', sockets: '', upper: 'Ä' });
  });

  it('lets nobody in without the password', async () => {
    const { url } = await start();
    const wrong = new URL(url('app'));
    wrong.password = 'guess';
    const error = await new Client({ connectionString: wrong.href })
      .connect()
      .catch((reason: unknown) => reason);
    expect(error).to.include({ code: '28P01' });
    expect((await stat(join(dataDir, 'password'))).mode & 0o777).to.equal(0o600);
  });

  it('finds its data again, and may be stopped twice', async () => {
    const first = await start();
    await keepRow();
    await first.stop();
    await first.stop();
    await waitFor('the server to end', () => !isRunning(first.pid()));
    await start();
    expect(await ask('SELECT n FROM kept')).to.deep.equal([{ n: 1 }]);
  });

  it('trades safety for speed only where it is told to', async () => {
    await start();
    expect(await ask('SHOW fsync')).to.deep.equal([{ fsync: 'off' }]);
    await postgres?.stop();
    postgres = await startEmbeddedPostgres({ dataDir, databases: [] });
    expect(await ask('SHOW fsync')).to.deep.equal([{ fsync: 'on' }]);
  });

  it('refuses data that a live process uses', async () => {
    await start();
    const error = await startEmbeddedPostgres({ dataDir, databases: [] }).catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'DATA_DIR_IN_USE' });
    expect((error as Error).message).to.include(`in use by process ${process.pid}`);
  });

  it('waits for a process that is just leaving the data', async () => {
    const first = await start();
    const { exited, serverPid } = await Promise.all([startElsewhere('exit'), first.stop()]).then(
      ([other]) => other,
    );
    await exited;
    expect(serverPid).to.be.above(0);
  });

  it('takes over from a process that was killed, with all that was committed', async () => {
    await start();
    await keepRow();
    const [before] = await ask<{ rows: number }>('SELECT count(*)::int AS rows FROM kept');
    await postgres?.stop();
    const { child, exited, serverPid } = await startElsewhere();
    child.kill('SIGKILL');
    await exited;
    expect(isRunning(serverPid)).to.equal(true);
    await start();
    await waitFor('the server of the killed process to end', () => !isRunning(serverPid));
    expect(await ask('SELECT count(*)::int AS rows FROM kept')).to.deep.equal([before]);
  });

  it('leaves no server behind when the process exits without stopping it', async () => {
    const { exited, serverPid } = await startElsewhere('exit');
    await exited;
    await waitFor('the server to end', () => !isRunning(serverPid));
  });

  it('is not held up by an initdb that was interrupted', async () => {
    const fresh = join(folder, 'interrupted');
    await mkdir(join(fresh, 'initdb-0'), { recursive: true });
    await writeFile(join(fresh, 'initdb-0', 'PG_VERSION'), '18\n');
    await start({ dataDir: fresh });
    expect(await readdir(fresh)).to.have.members(['cluster', 'owner.lock', 'password', 'postgres.log']);
  });

  it('is not held up by process ids that have gone to other programs', async function () {
    if (process.platform !== 'linux') this.skip();
    const first = await start();
    const pidFile = join(dataDir, 'cluster', 'postmaster.pid');
    const lines = await readFile(pidFile, 'utf8');
    await first.stop();
    // This very process is alive, and is neither that server nor the owner that started at tick 1.
    await writeFile(pidFile, lines.replace(/^\d+/, `${process.pid}`));
    await writeFile(join(dataDir, 'owner.lock'), `${process.pid} 1 token`);
    await start();
    expect(await ask('SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
  });

  it('says which folder it cannot use', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const error = await start({ dataDir: file }).catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'DATA_DIR_UNUSABLE' });
    expect((error as Error).message)
      .to.include(file)
      .and.include('DATA_DIR');
  });

  it('says what PostgreSQL says when it does not start, and lets go of the data', async () => {
    const broken = join(folder, 'broken');
    await mkdir(join(broken, 'cluster'), { recursive: true });
    await writeFile(join(broken, 'password'), 'none');
    const error = await start({ dataDir: broken }).catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'EMBEDDED_POSTGRES_FAILED' });
    expect((error as Error).message).to.match(/pg_ctl .*not a database cluster directory/);
    expect(await readdir(broken)).not.to.include('owner.lock');
  });

  it('tells what the server itself gives as the reason that it does not start', async () => {
    const first = await start();
    await first.stop();
    const configuration = join(dataDir, 'cluster', 'postgresql.conf');
    const before = await readFile(configuration, 'utf8');
    await writeFile(configuration, 'no_such_setting = 1');
    const error = await start().catch((reason: unknown) => reason);
    await writeFile(configuration, before);
    expect(error).to.include({ code: 'EMBEDDED_POSTGRES_FAILED' });
    expect((error as Error).message).to.include('no_such_setting');
    await start();
  });

  it('stops the server again when a database cannot be created', async () => {
    const error = await start({ databases: ['x'.repeat(60), 'nul\0'] }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error);
    const leftOvers = await readdir(join(dataDir, 'cluster'));
    expect(leftOvers).not.to.include('postmaster.pid');
    expect(await readdir(dataDir)).not.to.include('owner.lock');
  });

  describe('as root, in a folder that only root may enter', () => {
    let closed: string;

    before(async function () {
      if (!isRoot) this.skip();
      closed = join(folder, 'closed');
      await mkdir(closed, { mode: 0o700 });
    });

    it('runs as another user all the same', async () => {
      const { pid } = await start({ dataDir: join(closed, 'postgres') });
      const status = await readFile(`/proc/${pid()}/status`, 'utf8');
      expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).not.to.equal('0');
      expect(await ask('SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
    });

    it('says what to do where the system cannot lend that right', async () => {
      const path = process.env.PATH;
      process.env.PATH = '';
      try {
        const error = await start({ dataDir: join(closed, 'other') }).catch((reason: unknown) => reason);
        expect(error).to.include({ code: 'EMBEDDED_POSTGRES_UNREACHABLE' });
        expect((error as Error).message)
          .to.include('move the project')
          .and.include('DATABASE_URL');
      } finally {
        process.env.PATH = path;
      }
    });
  });
});
