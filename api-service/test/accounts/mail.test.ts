import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { SMTPServer } from 'smtp-server';
import type { Client } from 'pg';
import { Sequelize } from 'sequelize';
import { createLogger } from 'ct-common-lib';
import { createSequelize } from 'ct-common-lib/postgres';
import { createTestDatabase, waitFor } from 'ct-common-lib/testing';
import { createAccountRepository } from '../../src/accounts/account.repository.ts';
import { createAccountService } from '../../src/accounts/account.service.ts';
import { createLinks } from '../../src/accounts/links.ts';
import { createSigner } from '../../src/auth/signer.ts';
import { createSweeper } from '../../src/db/sweeper.ts';
import { createSessionRepository } from '../../src/sessions/session.repository.ts';
import { connect, silent, startApi, type Api } from '../support/api.ts';
import { auth } from '../support/tokens.ts';
import { codeOf, createPerson, expectCode, type Account, type Person } from './support.ts';

interface Letter {
  to: string;
  text: string;
}

/** A mail server that keeps what it is given; `refuse` has it answer so to each recipient. */
function createPostbox() {
  const letters: Letter[] = [];
  let refusal: { responseCode: number } | undefined;
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: (_address, _session, callback) =>
      callback(refusal ? Object.assign(new Error('not now'), refusal) : null),
    onData(stream, session, callback) {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        // Quoted-printable, RFC 2045.
        const plain = text.replaceAll('=\r\n', '').replaceAll('=3D', '=');
        letters.push({ to: session.envelope.rcptTo[0]!.address, text: plain });
        callback();
      });
    },
  });
  return {
    letters,
    refuse: (responseCode: number | undefined) =>
      (refusal = responseCode === undefined ? undefined : { responseCode }),
    listen: (port = 0) =>
      new Promise<number>((resolve) => {
        server.listen(port, '127.0.0.1', () => resolve((server.server.address() as { port: number }).port));
      }),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const isTo =
  ({ email }: Person, kind: string) =>
  ({ to, text }: Letter) =>
    to === email && text.includes(`/${kind}#`);

describe('mails', () => {
  let api: Api;
  let db: Client;
  const postbox = createPostbox();
  before(async () => {
    const port = await postbox.listen();
    const smtp = { url: `smtp://127.0.0.1:${port}`, from: 'Shop <reviews@shop.example>' };
    api = await startApi({ mail: { smtp, publicUrl: 'https://shop.example/reviews/' } });
    db = await connect(api.databaseUrl);
  });
  after(async () => {
    await db.end();
    await api.stop();
    await postbox.close();
  });

  /** The token in the link of the mail of this kind to somebody. */
  async function tokenTo({ email }: Person, kind: string): Promise<string> {
    const link = new RegExp(`https://shop\\.example/reviews/${kind}#([\\w.-]+)`);
    const find = () =>
      postbox.letters.filter(({ to }) => to === email).map(({ text }) => link.exec(text)?.[1]);
    return waitFor('a mail', () =>
      find()
        .filter((token) => token !== undefined)
        .at(-1),
    );
  }

  const put = (path: string, json: object) => api.request('PUT', path, { json, token: null });
  const verify = (token: string) => put('/api/email-verification', { token });
  const reset = (token: string, newPassword = 'incorrect horse battery') =>
    put('/api/password-reset', { token, newPassword });
  const askForReset = async (person: Person) =>
    expect((await person.post('/api/password-reset', { email: person.email })).status).to.equal(204);
  const accountOf = async (id: string) => (await api.get<Account>(`/api/accounts/${id}`)).body;
  const lettersTo = ({ email }: Person) => postbox.letters.filter(({ to }) => to === email).length;

  /** For those that ask for mails. A letter arrives a moment before its row is gone, in which nobody is sent the same one again. */
  async function waitMinutes(minutes: number) {
    await waitFor('no mail is on its way', async () => {
      const { rowCount } = await db.query('SELECT 1 FROM mail_outbox');
      return rowCount === 0;
    });
    await db.query(
      `UPDATE recent_mails SET asked_at =
         (SELECT array_agg(at - make_interval(mins => $1) ORDER BY at DESC) FROM unnest(asked_at) AS at)`,
      [minutes],
    );
  }

  it('confirm an address, by a link that may be opened twice', async () => {
    const ada = createPerson(api);
    const { id } = await ada.register();
    const token = await tokenTo(ada, 'verify-email');
    expect((await verify(token)).status).to.equal(204);
    expect((await verify(token)).status).to.equal(204);
    expect(await accountOf(id)).to.include({ emailVerified: true, version: 2 });
  });

  it('come once more for whoever asks, until the address is confirmed', async () => {
    const ada = createPerson(api);
    await ada.register();
    const token = await tokenTo(ada, 'verify-email');
    const her = ada.as((await ada.logIn()).accessToken);
    await waitMinutes(5);
    expect((await her.post('/api/account/verification-mail', {})).status).to.equal(204);
    await waitFor('a second mail', () => lettersTo(ada) === 2);
    await verify(token);
    await waitMinutes(5);
    expect((await her.post('/api/account/verification-mail', {})).status).to.equal(204);
    expect((await db.query('SELECT 1 FROM mail_outbox')).rows).to.deep.equal([]);
  });

  for (const kind of ['verify-email', 'reset-password'] as const)
    it(`go to an address once in five minutes and ten times a day, however often somebody asks (${kind})`, async () => {
      const stranger = createPerson(api);
      const register = async () => {
        await stranger.register();
        return stranger.as((await stranger.logIn()).accessToken);
      };
      let owner = await register();
      const ask = async () => {
        if (kind === 'reset-password') return askForReset(stranger);
        expect((await owner.post('/api/account/verification-mail', {})).status).to.equal(204);
      };
      const askOften = () => Promise.all([ask(), ask(), ask()]);
      const sent = () => postbox.letters.filter(isTo(stranger, kind)).length;
      for (let n = 1; n <= 10; n++) {
        await askOften();
        await waitFor(`mail ${n}`, () => sent() === n);
        await waitMinutes(5);
      }
      await askOften();
      await owner.post('/api/account/removal', { password: stranger.password });
      owner = await register();
      await askOften();
      await waitMinutes(24 * 60 - 50);
      await askOften();
      await waitFor('one more the day after', () => sent() > 10);
      expect(sent()).to.equal(11);
    });

  it('leave nothing behind after a day', async () => {
    await askForReset(createPerson(api));
    await waitMinutes(24 * 60);
    const later = createPerson(api);
    await askForReset(later);
    const sequelize = createSequelize(api.databaseUrl, { log: silent, applicationName: 'test', poolSize: 1 });
    const sweeper = createSweeper(sequelize, silent);
    sweeper.start();
    await sweeper.swept();
    await sweeper.stop();
    await sequelize.close();
    const { rows } = await db.query<{ hash: string }>(
      `SELECT encode(address_hash, 'hex') AS hash FROM recent_mails`,
    );
    expect(rows).to.deep.equal([{ hash: createHash('sha256').update(later.email).digest('hex') }]);
  });

  it('let somebody choose a new password once, which ends all sessions and leaves the second factor', async () => {
    const ada = createPerson(api);
    const { id } = await ada.register();
    await verify(await tokenTo(ada, 'verify-email'));
    const { accessToken, refreshToken } = await ada.logIn();
    const her = ada.as(accessToken);
    const { body } = await her.post<{ uri: string }>('/api/account/second-factor', {
      password: ada.password,
    });
    await her.post('/api/account/second-factor/confirmation', { code: codeOf(body.uri, -1) });
    await askForReset(ada);
    const token = await tokenTo(ada, 'reset-password');
    expectCode(await reset(token, 'short'), 400, 'INPUT_INVALID');
    expect((await reset(token)).status).to.equal(204);
    expectCode(await reset(token), 400, 'LINK_INVALID');
    expectCode(await ada.refresh(refreshToken), 401, 'REFRESH_TOKEN_INVALID');
    expectCode(await ada.tryLogin({ password: 'incorrect horse battery' }), 401, 'CODE_MISSING');
    expect(await accountOf(id)).to.include({ secondFactor: true });
  });

  it('take an address that was never confirmed away from whoever has registered with it', async () => {
    const thief = createPerson(api);
    const { id } = await thief.register();
    const { refreshToken } = await thief.logIn();
    await askForReset(thief);
    expect((await reset(await tokenTo(thief, 'reset-password'))).status).to.equal(204);
    expect(await accountOf(id)).to.include({ emailVerified: true });
    expectCode(await thief.refresh(refreshToken), 401, 'REFRESH_TOKEN_INVALID');
    expectCode(await thief.tryLogin(), 401, 'CREDENTIALS_WRONG');
    await thief.logIn({ password: 'incorrect horse battery' });
  });

  it('go to nobody who has no account, which nobody can tell from the answer', async () => {
    const nobody = createPerson(api);
    await askForReset(nobody);
    expect((await db.query('SELECT 1 FROM mail_outbox')).rows).to.deep.equal([]);
    expect(lettersTo(nobody)).to.equal(0);
  });

  it('are asked for with the same statements, whether there is such an account or not', async () => {
    const ada = createPerson(api);
    await ada.register();
    const statements: string[] = [];
    const note = (sql: string) => void statements.push(sql.replace(/^Executing \(.*?\): /, ''));
    const sequelize = new Sequelize(api.databaseUrl, { logging: note });
    const service = createAccountService({
      accounts: createAccountRepository(sequelize),
      sessions: createSessionRepository(sequelize),
      links: createLinks(auth, createSigner(auth), () => expect.fail('no link is read')),
      wakeMail: () => statements.push('wakes the relay'),
      log: silent,
    });
    const doneFor = async (email: string) => {
      const before = await db.query('SELECT FROM recent_mails');
      statements.length = 0;
      await service.requestPasswordReset(email);
      const after = await db.query('SELECT FROM recent_mails');
      return { statements: [...statements], written: after.rowCount! - before.rowCount! };
    };
    // The first one opens a connection.
    await doneFor(createPerson(api).email);
    const forNobody = await doneFor(createPerson(api).email);
    const forAda = await doneFor(ada.email);
    await sequelize.close();
    expect(forAda).to.deep.equal(forNobody);
    expect(forAda.written).to.equal(1);
    expect(forAda.statements).to.include('wakes the relay').and.to.have.length.above(3);
  });

  it('hold links that are good for one purpose, and are no tokens', async () => {
    const ada = createPerson(api);
    await ada.register();
    const verification = await tokenTo(ada, 'verify-email');
    await askForReset(ada);
    const resetting = await tokenTo(ada, 'reset-password');
    expectCode(await verify(resetting), 400, 'LINK_INVALID');
    expectCode(await reset(verification), 400, 'LINK_INVALID');
    expectCode(await ada.as(resetting).get('/api/account'), 401, 'TOKEN_INVALID');
    expectCode(await verify((await ada.logIn()).accessToken), 400, 'LINK_INVALID');
    expectCode(await verify(`${verification.slice(0, -3)}abc`), 400, 'LINK_INVALID');
  });

  it('wait in the database while the mail server refuses them for now', async () => {
    const ada = createPerson(api);
    postbox.refuse(451);
    const { id } = await ada.register();
    const attempts = async () => {
      const sql = 'SELECT attempts FROM mail_outbox WHERE account_id = $1';
      return (await db.query<{ attempts: number }>(sql, [id])).rows[0]?.attempts;
    };
    await waitFor('a refusal', async () => ((await attempts()) ?? 0) > 0);
    postbox.refuse(undefined);
    await tokenTo(ada, 'verify-email');
    await waitFor('the mail to go', async () => (await attempts()) === undefined);
  });

  it('are put aside with the reason if the mail server will never take them', async () => {
    postbox.refuse(550);
    const { id } = await createPerson(api).register();
    const parked = async () => {
      const sql = `SELECT reason FROM mail_outbox_parked WHERE row->>'account_id' = $1`;
      return (await db.query<{ reason: string }>(sql, [id])).rows[0]?.reason;
    };
    expect(await waitFor('the mail to be parked', parked)).to.contain('550');
    postbox.refuse(undefined);
  });

  it('hold up no stop for longer than a moment, and are sent by whoever starts next', async () => {
    // It takes connections, and says nothing.
    const silentServer = createServer(() => undefined);
    await new Promise<void>((resolve) => silentServer.listen(0, '127.0.0.1', resolve));
    const { port } = silentServer.address() as AddressInfo;
    const smtp = { url: `smtp://127.0.0.1:${port}`, from: 'a@shop.example' };
    const database = await createTestDatabase({ name: 'mail' });
    const slow = await startApi({ databaseUrl: database.url, mail: { smtp, publicUrl: undefined } });
    const connected = once(silentServer, 'connection');
    await createPerson(slow).register();
    await connected;
    await slow.stop();
    const client = await connect(database.url);
    expect((await client.query('SELECT kind FROM mail_outbox')).rows).to.deep.equal([
      { kind: 'verify-email' },
    ]);
    await client.end();
    silentServer.close();
    await database.drop();
  });

  it('delay nothing while the mail server is away', async () => {
    const away = await startApi({
      mail: { smtp: { url: 'smtp://127.0.0.1:9', from: 'a@shop.example' }, publicUrl: undefined },
    });
    try {
      const ada = createPerson(away);
      await ada.register();
      await ada.logIn();
    } finally {
      await away.stop();
    }
  });
});

describe('without a mail server', () => {
  it('the link is printed in the log, and works', async () => {
    const lines: string[] = [];
    const log = createLogger({
      name: 'test',
      level: 'warn',
      destination: { write: (line) => void lines.push(line) },
    });
    const api = await startApi({ log });
    try {
      const ada = createPerson(api);
      const { id } = await ada.register();
      const link = await waitFor('the link', () =>
        lines.map((line) => (JSON.parse(line) as { link?: string }).link).find((found) => found),
      );
      expect(link).to.match(new RegExp(`^http://127\\.0\\.0\\.1:${api.port}/verify-email#`));
      const token = new URL(link).hash.slice(1);
      await api.request('PUT', '/api/email-verification', { json: { token }, token: null });
      expect((await api.get<Account>(`/api/accounts/${id}`)).body.emailVerified).to.equal(true);
    } finally {
      await api.stop();
    }
  });
});
