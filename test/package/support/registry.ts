import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { waitFor } from 'ct-common-lib/testing';
import { findFreePort } from '../../faults/servers/free-port.ts';
import { runProgram } from '../../support/program.ts';

const require = createRequire(import.meta.url);

/**
 * An npm registry on this machine that asks no other one, so it has what is published to it and nothing else. `variables`
 * make npm and lerna use it, as a user who may publish.
 */
export async function startRegistry(folder: string) {
  const url = `http://127.0.0.1:${await findFreePort()}/`;
  const config = {
    storage: './storage',
    auth: { htpasswd: { file: './htpasswd', max_users: 1 } },
    packages: { '**': { access: '$all', publish: '$authenticated' } },
    log: { type: 'stdout', format: 'json', level: 'warn' },
    web: { enable: false },
  };
  // JSON is YAML as well.
  await writeFile(join(folder, 'config.yaml'), JSON.stringify(config));
  const verdaccio = join(dirname(require.resolve('verdaccio/package.json')), 'bin/verdaccio');
  const program = runProgram(process.execPath, [verdaccio, '--config', 'config.yaml', '--listen', url], {
    cwd: folder,
  });
  await waitFor(
    'the registry answers, or exits',
    async () => {
      if (!program.isRunning()) throw new Error(`It exited: ${program.said.stdout}${program.said.stderr}`);
      return (await fetch(`${url}-/ping`).catch(() => undefined))?.ok;
    },
    { timeoutMs: 60_000 },
  );
  const token = await register(url);
  const userConfig = join(folder, 'npmrc');
  await writeFile(userConfig, `registry=${url}\n//${new URL(url).host}/:_authToken=${token}\n`);

  return {
    variables: { npm_config_userconfig: userConfig, npm_config_cache: join(folder, 'cache') },
    /** What the registry tells of a package; undefined if it has none of that name. */
    async find(name: string) {
      const answer = await fetch(new URL(name, url));
      return answer.ok ? ((await answer.json()) as { versions: Record<string, unknown> }) : undefined;
    },
  };
}

async function register(url: string): Promise<string> {
  const user = { name: 'rehearsal', password: 'of a release', type: 'user' };
  const answer = await fetch(`${url}-/user/org.couchdb.user:${user.name}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(user),
  });
  return ((await answer.json()) as { token: string }).token;
}
