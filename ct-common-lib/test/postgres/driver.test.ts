import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createLogger } from 'ct-common-lib';
import { createSequelize, isTransientPostgresError } from 'ct-common-lib/postgres';
import { createTestDatabase, type TestDatabase } from 'ct-common-lib/testing';
import { targetOf } from '../support/tcp-proxy.ts';

/** A message of PostgreSQL's protocol: type, length, body. */
function message(type: string, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + bytes.length);
  return Buffer.concat([Buffer.from(type), length, bytes]);
}

describe('a connection that PostgreSQL ends in the moment in which it is made', () => {
  // In one packet, as when a backend is terminated right after its start.
  const greetingAndEnd = Buffer.concat([
    message('R', Buffer.alloc(4)),
    message('Z', 'I'),
    message('E', 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
  ]);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(greetingAndEnd));
  });
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => void server.close());

  it('fails the query, and not the process', async () => {
    const { port } = server.address() as AddressInfo;
    const sequelize = createSequelize(`postgres://user@127.0.0.1:${port}/database`, {
      log: createLogger({ name: 'test', level: 'silent' }),
      applicationName: 'test',
    });
    const outcome = await sequelize.query('SELECT 1').catch((error: unknown) => error);
    expect(outcome).to.be.an('error').that.satisfies(isTransientPostgresError);
    await sequelize.close();
  });
});

describe('a connection that PostgreSQL has ended, while its end is on the way', () => {
  let database: TestDatabase;
  // Passes on everything but the end.
  const link = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ ...targetOf(database.url), allowHalfOpen: true });
    near.pipe(far).pipe(near, { end: false });
    near.on('end', () => near.destroy());
    for (const socket of [near, far]) socket.on('error', () => undefined);
  });
  before(async () => {
    database = await createTestDatabase({ name: 'ended' });
    link.listen(0, '127.0.0.1');
    await once(link, 'listening');
  });
  after(async () => {
    link.close();
    await database.drop();
  });

  it('is lent out to no query more', async () => {
    const url = new URL(database.url);
    url.host = `127.0.0.1:${(link.address() as AddressInfo).port}`;
    const sequelize = createSequelize(url.href, {
      log: createLogger({ name: 'test', level: 'silent' }),
      applicationName: 'test',
    });
    const ended = await sequelize
      .query('SELECT pg_terminate_backend(pg_backend_pid())')
      .catch((error: unknown) => error);
    expect(ended).to.be.an('error').that.satisfies(isTransientPostgresError);
    expect((await sequelize.query('SELECT 1 AS one'))[0]).to.deep.equal([{ one: 1 }]);
    await sequelize.close();
  });
});
