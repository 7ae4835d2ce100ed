import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { copyProject, linkInstalled, type ProjectCopy } from '../support/project-copy.ts';
import { runProgram } from '../support/program.ts';
import { devText, exampleEnv, loadCompose } from './compose-file.ts';

const all = loadCompose(exampleEnv);
const dev = loadCompose(exampleEnv, devText);
const servers = ['postgres', 'redis', 'rabbitmq'];

describe('npm run up and npm run down', function () {
  let copy: ProjectCopy | undefined;
  let folder: string;
  /** Has a program `docker` that writes down how it was called, and fails if it finds a file `fails`. */
  let programs: string;

  before(async () => {
    copy = await copyProject({ installed: false });
    ({ folder } = copy);
    await linkInstalled(folder);
    programs = join(folder, 'programs');
    await mkdir(programs);
    await writeFile(
      join(programs, 'docker'),
      `#!/bin/sh\necho "$@" >>"${folder}/called"\n[ ! -e "${folder}/fails" ] || exit 7\n`,
    );
    await chmod(join(programs, 'docker'), 0o755);
  });
  after(() => copy?.remove());

  async function run(name: string, path = `${programs}:${dirname(process.execPath)}:/bin`) {
    await rm(join(folder, 'called'), { force: true });
    const launch = ['scripts/setup.mjs', 'scripts/compose.ts', name];
    const program = runProgram(process.execPath, launch, { cwd: folder, variables: { PATH: path } });
    const code = await program.ended;
    const called = await readFile(join(folder, 'called'), 'utf8').catch(() => '');
    return { code, called: called.trim().split('\n').at(-1), ...program.said };
  }

  it('say what to do where there is no docker, or no .env yet', async () => {
    const without = await run('up', join(folder, 'nowhere'));
    expect(without.code).to.equal(1);
    expect(without.stderr).to.match(/^Docker with its compose plugin is needed, [^\n]+\n$/);
    const unset = await run('up');
    expect(unset.code).to.equal(1);
    expect(unset.stderr).to.match(/^There is no \.env with passwords: [^\n]+\n$/);
    expect(unset.called).to.equal('compose version');
  });

  it('start the three servers, wait until they are healthy, and take them away', async () => {
    await writeFile(join(folder, '.env'), await readFile(join(folder, '.env.example')));
    const files = 'compose --file docker-compose.yml --file docker-compose.dev.yml';
    const up = await run('up');
    expect(up).to.include({ code: 0, called: `${files} up --detach --wait ${servers.join(' ')}` });
    expect(await run('down')).to.include({ code: 0, called: `${files} down` });
    // What is printed stands for the passwords, and holds none.
    for (const [name, value] of Object.entries(exampleEnv))
      if (name.endsWith('PASSWORD')) expect(up.stdout, name).not.to.include(value);
  });

  it('print settings with which services on this machine reach what was published', async () => {
    const { stdout } = await run('up');
    const lines = stdout.split('\n').filter((line) => /^ {2}(\. \.\/\.env|export .*)$/.test(line));
    expect(lines).to.have.length(5);
    const program = runProgram('sh', ['-c', `${lines.join('\n')}\nenv`], { cwd: folder });
    await program.ended;
    // Settings of the containers are none of a service that runs here.
    expect(program.said.stdout).not.to.include('AUTH_KEYS_FILE');
    const url = (name: string) => new URL(new RegExp(`^${name}=(.*)$`, 'm').exec(program.said.stdout)![1]!);
    const { redis, rabbitmq } = all.services;
    const { MIGRATION_DATABASE_URL } = all.services['api-migrations']!.environment!;
    const { RATING_MIGRATION_DATABASE_URL } = all.services['rating-migrations']!.environment!;
    const { RABBITMQ_DEFAULT_USER, RABBITMQ_DEFAULT_PASS, RABBITMQ_DEFAULT_VHOST } = rabbitmq!.environment!;
    const redisPassword = redis!.command![redis!.command!.indexOf('--requirepass') + 1];
    const inside = {
      // Both services run in one process, which migrates: as those who may.
      DATABASE_URL: MIGRATION_DATABASE_URL,
      RATING_DATABASE_URL: RATING_MIGRATION_DATABASE_URL,
      REDIS_URL: `redis://default:${redisPassword}@redis:6379`,
      RABBITMQ_URL: `amqp://${RABBITMQ_DEFAULT_USER}:${RABBITMQ_DEFAULT_PASS}@rabbitmq:5672/${RABBITMQ_DEFAULT_VHOST}`,
    };
    for (const [name, text] of Object.entries(inside)) {
      const [own, theirs] = [url(name), new URL(String(text))];
      for (const part of ['protocol', 'username', 'password', 'pathname'] as const)
        expect(own[part], `${name} ${part}`).to.equal(theirs[part]);
      const server = theirs.hostname;
      const ports = [...(all.services[server]?.ports ?? []), ...(dev.services[server]?.ports ?? [])];
      expect(ports, name).to.include(`${own.hostname}:${own.port}:${theirs.port}`);
    }
  });

  it('end as docker does when it fails', async () => {
    await writeFile(join(folder, 'fails'), '');
    expect((await run('up')).code).to.equal(1);
    await rm(join(folder, 'fails'));
  });
});

describe('docker-compose.dev.yml', () => {
  it('adds ports on 127.0.0.1 to servers of docker-compose.yml, and nothing else', () => {
    expect(Object.keys(dev)).to.deep.equal(['services']);
    for (const [name, service] of Object.entries(dev.services)) {
      expect(servers).to.include(name);
      expect(Object.keys(service), name).to.deep.equal(['ports']);
      for (const port of service.ports!) expect(port).to.match(/^127\.0\.0\.1:\d+:\d+$/);
    }
  });
});
