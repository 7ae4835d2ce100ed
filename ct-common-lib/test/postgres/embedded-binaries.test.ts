import { access, constants, mkdir, mkdtemp, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeRunnable } from '../../src/postgres/embedded-binaries.ts';

describe('the binaries of PostgreSQL', () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'ct-binaries-'));
    await mkdir(join(home, 'native', 'bin'), { recursive: true });
    for (const name of ['initdb', 'pg_ctl', 'postgres'])
      await writeFile(join(home, 'native', 'bin', name), '', { mode: 0o644 });
  });

  afterEach(() => rm(home, { recursive: true, force: true }));

  it('may be run, and have their links, though npm ran no install script', async function () {
    if (process.platform === 'win32') this.skip();
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
    await writeFile(join(home, 'native', 'pg-symlinks.json'), JSON.stringify(links));
    // The second call finds everything in place.
    for (let call = 1; call <= 2; call++) {
      const binaries = await makeRunnable(home);
      for (const file of Object.values(binaries)) await access(file, constants.X_OK);
      expect(await readlink(join(home, 'native', 'lib', 'libpq.so.5'))).to.equal('libpq.so.5.18');
    }
  });

  it('need no list of links', async function () {
    if (process.platform === 'win32') this.skip();
    const { postgres } = await makeRunnable(home);
    await access(postgres, constants.X_OK);
  });

  it('are not run where a link cannot be made', async () => {
    await writeFile(join(home, 'native', 'lib'), 'a file');
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
    await writeFile(join(home, 'native', 'pg-symlinks.json'), JSON.stringify(links));
    const error = await makeRunnable(home).catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'EEXIST' });
  });
});
