import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import { findFreePort } from '../faults/servers/free-port.ts';
import { greeted, runNpm, type Started } from '../support/npm.ts';
import { processesIn } from '../support/processes.ts';
import { endPrograms } from '../support/program.ts';
import { copyProject, linkInstalled, type ProjectCopy } from '../support/project-copy.ts';

describe('npm run dev', function () {
  const timeoutMs = 60_000;

  let copy: ProjectCopy | undefined;
  let folder: string;
  let started: Started;

  before(async () => {
    copy = await copyProject({ installed: false });
    ({ folder } = copy);
    await linkInstalled(folder);
    const variables = { PORT: String(await findFreePort()), RATING_PORT: '0' };
    started = await greeted(runNpm(['run', 'dev'], { cwd: folder, variables }), { timeoutMs: 120_000 });
  });
  after(async () => {
    await endPrograms();
    await copy?.remove();
  });

  async function edit(file: string, from: string, to: string) {
    const path = join(folder, file);
    const source = await readFile(path, 'utf8');
    expect(source).to.include(from);
    await writeFile(path, source.replace(from, to));
  }

  // Not by the client of the tests, which holds each answer against the document: no document knows these.
  async function detailOf(path: string): Promise<string | undefined> {
    try {
      const response = await fetch(started.apiUrl + path, { signal: AbortSignal.timeout(5_000) });
      return ((await response.json()) as { detail?: string }).detail;
    } catch {
      // It starts anew.
      return undefined;
    }
  }

  it('starts anew with what was changed, in the library as in a service, and keeps the data', async () => {
    const { id } = await started.createProduct();
    await edit('ct-common-lib/src/http/app.ts', 'There is nothing at this path.', 'Nothing here.');
    await waitFor('the answer of the library', async () => (await detailOf('/nowhere')) === 'Nothing here.', {
      timeoutMs,
    });
    const nobody = '00000000-0000-7000-8000-000000000000';
    await edit('api-service/src/products/product.service.ts', 'There is no product', 'We have no product');
    const own = `We have no product ${nobody}.`;
    await waitFor('that of the service', async () => (await detailOf(`/api/products/${nobody}`)) === own, {
      timeoutMs,
    });
    expect(await started.product(id)).to.include({ id });
  });

  it('waits for the next change when a change has broken it', async () => {
    await edit('ct-common-lib/src/http/app.ts', 'Nothing here.', "Nothing 'here.");
    await waitFor('it says so', () => started.program.said.stderr.includes('Waiting for a change'), {
      timeoutMs,
    });
    await edit('ct-common-lib/src/http/app.ts', "Nothing 'here.", 'Nothing at all.');
    await waitFor('it runs again', async () => (await detailOf('/nowhere')) === 'Nothing at all.', {
      timeoutMs,
    });
  });

  it('stops all of it on Ctrl-C, and leaves no process', async () => {
    started.program.interrupt();
    await started.program.ended;
    await waitFor('no process is left', () => expect(processesIn(folder)).to.deep.equal([]), { timeoutMs });
    const left = join(folder, '.data/postgres/cluster/postmaster.pid');
    expect(existsSync(left), 'PostgreSQL was killed, not stopped').to.equal(false);
  });
});
