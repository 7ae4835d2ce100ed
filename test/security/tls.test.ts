import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { startEmbeddedPostgres, type EmbeddedPostgres } from 'ct-common-lib/postgres';
import { Client } from 'pg';
import { SMTPServer } from 'smtp-server';
import { findFreePort } from '../faults/servers/free-port.ts';
import { createRabbitServer, type RabbitServer } from '../faults/servers/rabbitmq.ts';
import { describeWithPrograms } from '../support/programs.ts';

const clients = fileURLToPath(new URL('./tls-clients.ts', import.meta.url));
const run = promisify(execFile);
const programs = { openssl: 'openssl', 'redis-server': 'redis-server', 'rabbitmq-server': 'rabbitmq-server' };

describeWithPrograms('connections with TLS', programs, () => {
  let folder: string;
  let postgres: EmbeddedPostgres;
  let redis: ChildProcess;
  let rabbit: RabbitServer;
  let smtp: SMTPServer;
  let urls: Record<string, string>;

  const file = (name: string) => join(folder, name);

  /** A certificate of this name, and its key; signed with that key unless `options` say otherwise. */
  async function create(name: string, options: string[] = []) {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const output = ['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`), '-days', '2'];
    await run('openssl', ['req', '-x509', '-subj', `/CN=${name}`, ...key, ...output, ...options]);
  }

  const createAuthority = (name: string) => create(name);

  /** Signed by our own authority, for this host. */
  const createCertificate = (name: string, host: string) =>
    create(name, [
      ...['-CA', file('ca.pem'), '-CAkey', file('ca.key')],
      ...['-addext', `subjectAltName=DNS:${host}`, '-addext', 'basicConstraints=CA:FALSE'],
    ]);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ct-tls-'));
    await createAuthority('ca');
    await createAuthority('stranger');
    await createCertificate('server', 'localhost');
    await createCertificate('another', 'another.example');
    urls = {
      ...(await startPostgres()),
      ...(await startRedis()),
      ...(await startRabbit()),
      ...(await startSmtp()),
    };
  });

  after(async () => {
    if (smtp) await new Promise<void>((resolve) => smtp.close(() => resolve()));
    if (redis) {
      const ended = once(redis, 'exit');
      redis.kill();
      await ended;
    }
    await rabbit?.stop();
    await postgres?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  async function startPostgres() {
    const dataDir = file('postgres');
    postgres = await startEmbeddedPostgres({ dataDir, databases: [], durable: false });
    await usePostgresCertificate('server');
    const url = new URL(postgres.url('postgres'));
    url.hostname = 'localhost';
    return { postgres: `${url.href}?sslmode=verify-full` };
  }

  async function usePostgresCertificate(name: string) {
    const cluster = file('postgres/cluster');
    const { uid, gid } = await stat(cluster);
    for (const kind of ['pem', 'key']) {
      await run('install', ['-m', '600', file(`${name}.${kind}`), join(cluster, `server.${kind}`)]);
      await chown(join(cluster, `server.${kind}`), uid, gid);
    }
    const client = new Client({ connectionString: postgres.url('postgres') });
    await client.connect();
    await client.query(`ALTER SYSTEM SET ssl_cert_file = 'server.pem'`);
    await client.query(`ALTER SYSTEM SET ssl_key_file = 'server.key'`);
    await client.query('ALTER SYSTEM SET ssl = on');
    await client.query('SELECT pg_reload_conf()');
    await client.end();
  }

  async function startRedis() {
    const port = await findFreePort();
    redis = spawn(
      'redis-server',
      [
        ...['--port', '0', '--tls-port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder],
        ...['--tls-cert-file', file('server.pem'), '--tls-key-file', file('server.key')],
        ...['--tls-ca-cert-file', file('ca.pem'), '--tls-auth-clients', 'no'],
      ],
      { stdio: 'ignore' },
    );
    return { redis: `rediss://localhost:${port}` };
  }

  async function startRabbit() {
    const port = await findFreePort();
    rabbit = await createRabbitServer({
      folder,
      settings: `
        listeners.ssl.1 = 127.0.0.1:${port}
        ssl_options.certfile = ${file('server.pem')}
        ssl_options.keyfile = ${file('server.key')}
        ssl_options.cacertfile = ${file('ca.pem')}
        ssl_options.verify = verify_none
      `.replaceAll(/^ +/gm, ''),
    });
    await rabbit.start();
    return { rabbitmq: `amqps://guest:guest@localhost:${port}` };
  }

  async function startSmtp() {
    const [key, cert] = await Promise.all([readFile(file('server.key')), readFile(file('server.pem'))]);
    smtp = new SMTPServer({
      secure: true,
      key,
      cert,
      authOptional: true,
      onData: (stream, _session, done) => stream.resume().once('end', () => done()),
    });
    smtp.on('error', () => undefined);
    smtp.listen(0, '127.0.0.1');
    await once(smtp.server, 'listening');
    return { mail: `smtps://localhost:${(smtp.server.address() as AddressInfo).port}` };
  }

  /** What becomes of connections by a process that believes this authority, and those that Node.js knows. */
  async function outcomesOf(authority: string, wanted: [kind: string, url: string][]): Promise<string[]> {
    const { stdout } = await run(
      process.execPath,
      ['--conditions=ct-source', '--import=tsx', clients, JSON.stringify(wanted)],
      {
        env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_EXTRA_CA_CERTS: file(authority) },
        timeout: 50_000,
      },
    );
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as string[];
  }

  const kinds = {
    postgres: 'postgres',
    import: 'postgres',
    redis: 'redis',
    limits: 'redis',
    rabbitmq: 'rabbitmq',
    mail: 'mail',
  };
  const all = (change: (url: string) => string = (url) => url): [string, string][] =>
    Object.entries(kinds).map(([kind, server]) => [kind, change(urls[server]!)]);

  it('are made where the authority of NODE_EXTRA_CA_CERTS has signed the certificate', async () => {
    expect(await outcomesOf('ca.pem', all())).to.deep.equal(all().map(() => 'connected'));
  });

  it('are refused where another authority has signed it', async () => {
    for (const outcome of await outcomesOf('stranger.pem', all()))
      expect(outcome).to.match(/self[- ]signed certificate|unable to (get|verify)|unknown ca/i);
  });

  it('are refused where it is the certificate of another host', async () => {
    const byAddress = all((url) => url.replace('localhost', '127.0.0.1'));
    await usePostgresCertificate('another');
    const wanted = byAddress.map(([kind, url]): [string, string] =>
      kinds[kind as keyof typeof kinds] === 'postgres' ? [kind, urls.postgres!] : [kind, url],
    );
    const outcomes = await outcomesOf('ca.pem', wanted).finally(() => usePostgresCertificate('server'));
    for (const [index, outcome] of outcomes.entries())
      expect(outcome, wanted[index]![0]).to.match(/does not match certificate's altnames/);
  });

  it('to a mail server are refused with requireTLS where somebody has taken STARTTLS away', async () => {
    const plain = new SMTPServer({ disabledCommands: ['STARTTLS', 'AUTH'], authOptional: true });
    plain.on('error', () => undefined);
    plain.listen(0, '127.0.0.1');
    await once(plain.server, 'listening');
    const { port } = plain.server.address() as AddressInfo;
    const url = `smtp://localhost:${port}?requireTLS=true`;
    const [outcome] = await outcomesOf('ca.pem', [['mail', url]]);
    await new Promise<void>((resolve) => plain.close(() => resolve()));
    expect(outcome).to.match(/STARTTLS/);
  });

  it('to PostgreSQL go by sslrootcert, too, which believes that authority alone', async () => {
    const by = (authority: string): [string, string][] => [
      ['postgres', `${urls.postgres}&sslrootcert=${file(authority)}`],
      ['import', `${urls.postgres}&sslrootcert=${file(authority)}`],
    ];
    const [one, two, ...refused] = await outcomesOf('ca.pem', [...by('ca.pem'), ...by('stranger.pem')]);
    expect([one, two]).to.deep.equal(['connected', 'connected']);
    for (const outcome of refused) expect(outcome).to.match(/self[- ]signed|unable to (get|verify)/i);
  });
});
