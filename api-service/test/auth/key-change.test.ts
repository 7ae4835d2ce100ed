import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createTestDatabase, type TestDatabase } from 'ct-common-lib/testing';
import { createKeysFile } from '../../src/auth/keys-file.ts';
import { createPerson } from '../accounts/support.ts';
import { startApi, type Api } from '../support/api.ts';
import { newAccount } from '../support/http-client.ts';
import { auth } from '../support/tokens.ts';

describe('a change of the key that signs', () => {
  let folder: string;
  let keysFile: string;
  let database: TestDatabase;
  let keys: object[];
  const instances: Api[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ct-keys-'));
    keysFile = join(folder, 'keys.json');
    database = await createTestDatabase({ name: 'keys' });
    keys = [await newKey('old'), await newKey('new')];
  });
  afterEach(async () => {
    for (const api of instances.splice(0)) await api.stop();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  async function newKey(name: string): Promise<object> {
    const file = join(folder, `${name}.json`);
    await createKeysFile(file);
    return (JSON.parse(await readFile(file, 'utf8')) as { keys: object[] }).keys[0]!;
  }

  const write = (...list: object[]) => writeFile(keysFile, JSON.stringify({ keys: list }), { mode: 0o600 });

  const ada = newAccount();

  const start = () =>
    startApi({ databaseUrl: database.url, auth: { ...auth, keysFile, mayCreateKeys: false } });

  /** With an account for whoever logs in. */
  async function startFirst() {
    instances.push(await start());
    await createPerson(instances[0]!).post('/api/accounts', ada);
  }

  /** By each instance, whichever has signed it. */
  async function expectTokensAccepted(when: string) {
    for (const api of instances) {
      const { accessToken } = await createPerson(api).logIn(ada);
      for (const other of instances)
        expect((await createPerson(other).as(accessToken).get('/api/account')).status, when).to.equal(200);
    }
  }

  async function restart(n: number) {
    await instances[n]!.stop();
    instances[n] = await start();
  }

  it('has no token refused by any instance, if the new one is known to all before it signs', async () => {
    const [old, added] = keys as [object, object];
    await write(old);
    await startFirst();
    instances.push(await start());
    for (const [step, list] of Object.entries({
      'the new one behind the old one': [old, added],
      'the new one before the old one': [added, old],
    })) {
      await write(...list);
      await expectTokensAccepted(`${step}, nobody restarted`);
      await restart(0);
      await expectTokensAccepted(`${step}, one restarted`);
      await restart(1);
      await expectTokensAccepted(`${step}, both restarted`);
    }
  });

  it('begins with a restart: until then an instance signs with the key that it has read at its start', async () => {
    const [old, added] = keys as [object, object];
    await write(old);
    await startFirst();
    await write(added, old);
    await expectTokensAccepted('nobody restarted');
  });
});
