import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { ConfigError } from 'ct-common-lib';
import { runKeysCommand, runTokenCommand } from '../../src/auth/commands.ts';
import { createKeysFile, readKeysFile } from '../../src/auth/keys-file.ts';

describe('the commands token and keys', () => {
  let folder: string;
  let file: string;
  const said = { log: '', error: '' };
  const { log, error } = console;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ct-reviews-commands-'));
    file = join(folder, 'below', 'keys.json');
    [said.log, said.error] = ['', ''];
    console.log = (text: string) => void (said.log += text);
    console.error = (text: string) => void (said.error += text);
  });
  afterEach(async () => {
    Object.assign(console, { log, error });
    await rm(folder, { recursive: true });
  });

  it('print a token of a customer for a day, and nothing else', async () => {
    expect(await runTokenCommand([], { DATA_DIR: folder })).to.equal(0);
    const { sub, roles, iat, exp, iss, aud } = decodeJwt(said.log);
    expect(sub).to.match(/^[\da-f-]{36}$/);
    expect({ roles, iss, aud, seconds: exp! - iat! }).to.deep.equal({
      roles: ['customer'],
      iss: 'ct-reviews',
      aud: 'ct-reviews',
      seconds: 24 * 3600,
    });
    expect(decodeProtectedHeader(said.log).alg).to.equal('ES256');
  });

  it('print a token as it is asked for', async () => {
    const args = ['--role', 'admin', '--subject', 'ada', '--hours', '0.5'];
    const variables = {
      DATA_DIR: folder,
      AUTH_ISSUER: 'me',
      AUTH_AUDIENCE: 'you',
      AUTH_ROLES_CLAIM: 'groups',
    };
    expect(await runTokenCommand(args, variables)).to.equal(0);
    const { iat, exp, ...claims } = decodeJwt(said.log);
    expect(exp! - iat!).to.equal(1800);
    expect(claims).to.deep.equal({ sub: 'ada', groups: ['admin'], iss: 'me', aud: 'you' });
  });

  for (const args of [
    ['--role', 'king'],
    ['--hours', 'x'],
    ['--hours', '9000'],
    ['--subject', ' '],
    ['--what'],
    ['x'],
  ])
    it(`take no token ${args.join(' ')}`, async () => {
      expect(await runTokenCommand(args, { DATA_DIR: folder })).to.equal(2);
      expect(said.log).to.equal('');
      expect(said.error).to.include('--role');
    });

  for (const [variables, what] of [
    [{ AUTH: 'off' }, 'AUTH is off'],
    [{ AUTH_JWKS_URL: 'https://id.example', AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a' }, 'identity provider'],
    [{ AUTH_KEYS_FILE: '/nowhere/keys.json' }, 'npm run keys'],
    [{ AUTH: 'maybe' }, 'AUTH: must be on or off'],
  ] as const)
    it(`say why there can be no token with ${JSON.stringify(variables)}`, async () => {
      expect(await runTokenCommand([], { DATA_DIR: folder, ...variables })).to.equal(1);
      expect(said.log).to.equal('');
      expect(said.error).to.include(what);
    });

  it('make a file of keys for its owner alone, once', async () => {
    expect(await runKeysCommand([file])).to.equal(0);
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    const before = await readFile(file, 'utf8');
    expect(await runKeysCommand([file])).to.equal(0);
    expect(await readFile(file, 'utf8')).to.equal(before);
    expect(said.log).to.include('left alone');
    expect(await runTokenCommand([], { AUTH_KEYS_FILE: file, NODE_ENV: 'production' })).to.equal(1);
    expect(said.error).to.include('DATABASE_URL');
  });

  it('say what is wrong with a command for keys', async () => {
    expect(await runKeysCommand([])).to.equal(2);
    await writeFile(join(folder, 'plain'), '');
    expect(await runKeysCommand([join(folder, 'plain', 'keys.json')])).to.equal(1);
    expect(said.error).to.match(/ENOTDIR|EEXIST/);
  });

  it('make one file when many do it at once', async () => {
    const made = await Promise.all(Array.from({ length: 10 }, () => createKeysFile(file)));
    expect(made.filter(Boolean)).to.have.length(1);
    expect(await readKeysFile(file)).to.have.length(1);
  });

  for (const [what, content] of Object.entries({
    'no JSON': '{',
    'no keys': '{"keys":[]}',
    'a public key': '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"abc","kid":"1"}]}',
    'a key that does not fit its own parts':
      '{"keys":[{"kty":"EC","crv":"P-256","x":"abc","y":"abc","d":"abc","kid":"1"}]}',
    'another kind of key': '{"keys":[{"kty":"oct","k":"abc","kid":"1"}]}',
  }))
    it(`take no file with ${what}, and do not show what is in it`, async () => {
      const faulty = join(folder, 'faulty.json');
      await writeFile(faulty, content);
      const refused = await readKeysFile(faulty).catch((caught: unknown) => caught as Error);
      expect(refused).to.be.instanceOf(ConfigError);
      expect((refused as Error).message)
        .to.include(faulty)
        .and.not.include('abc');
    });
});
