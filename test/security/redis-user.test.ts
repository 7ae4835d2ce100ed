import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { startApi } from '../../api-service/test/support/api.ts';
import { waitFor } from 'ct-common-lib/testing';
import { exampleEnv, loadCompose } from '../compose/compose-file.ts';
import { findFreePort } from '../faults/servers/free-port.ts';
import { describeWithPrograms } from '../support/programs.ts';

const { command = [], environment = {} } = loadCompose(exampleEnv).services.redis ?? {};
const { environment: ofApi = {} } = loadCompose(exampleEnv).services['api-service'] ?? {};

describeWithPrograms('the Redis user of docker-compose.yml', { 'redis-server': 'redis-server' }, () => {
  let folder: string;
  let server: ChildProcess;
  let operator: Redis;
  let url: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ct-redis-user-'));
    const port = await findFreePort();
    const [program = '', ...options] = command;
    server = spawn(program, [...options, '--port', String(port), '--bind', '127.0.0.1', '--dir', folder], {
      stdio: 'ignore',
    });
    const given = new URL(String(ofApi.REDIS_URL));
    given.host = `127.0.0.1:${port}`;
    url = given.href;
    operator = new Redis(port, '127.0.0.1', {
      password: String(environment.REDISCLI_AUTH),
      retryStrategy: () => 50,
    });
    operator.on('error', () => undefined);
    await waitFor('redis-server to answer', () => operator.ping());
  });

  after(async () => {
    operator?.disconnect();
    if (server) {
      const ended = once(server, 'exit');
      server.kill();
      await ended;
    }
    if (folder) await rm(folder, { recursive: true });
  });

  it('lets api-service do all that it does, the cache and the limits', async () => {
    await operator.acl('LOG', 'RESET');
    const api = await startApi({
      redisUrl: url,
      prefix: '',
      limits: { reads: 100, writes: 100, logins: undefined },
    });
    const { body } = await api.post<{ id: string }>('/api/products', { sku: 'a', name: 'A' });
    // The second time from the cache, the third time anew.
    for (const _ of [1, 2]) expect((await api.get(`/api/products/${body.id}`)).status).to.equal(200);
    await api.patch(`/api/products/${body.id}`, { name: 'B' });
    expect((await api.get<{ name: string }>(`/api/products/${body.id}`)).body.name).to.equal('B');
    await waitFor('entries in Redis', async () => (await operator.keys('ct:*product*')).length > 0);
    expect((await api.get<{ cache: string }>('/health/ready')).body).to.have.nested.property(
      'parts.cache',
      'in-use',
    );
    expect(await operator.keys('ct:limits:*')).not.to.deep.equal([]);
    await api.stop();

    const denied = (await operator.acl('LOG')) as unknown[];
    // The client's own name and version, which it does without.
    expect(denied.filter((entry) => !JSON.stringify(entry).includes('client|setinfo'))).to.deep.equal([]);
  });

  it('is refused every other command, and every other key', async () => {
    const user = new Redis(url, { lazyConnect: true });
    await user.connect();
    const refused = [
      ['FLUSHALL'],
      ['CONFIG', 'GET', '*'],
      ['KEYS', '*'],
      ['ACL', 'LIST'],
      ['CLIENT', 'LIST'],
      ['SHUTDOWN'],
      ['REPLICAOF', 'example.com', '6379'],
      ['PUBLISH', 'a', 'b'],
      ['GET', 'others'],
      ['SET', 'others', '1'],
      ['MGET', 'ct:a', 'others'],
      ['EVAL', `return redis.call('GET', 'others')`, '0'],
      ['EVAL', `return redis.call('FLUSHALL')`, '0'],
    ];
    for (const [name = '', ...args] of refused) {
      const answer: unknown = await user.call(name, ...args).catch((error: unknown) => error);
      expect(String(answer), [name, ...args].join(' ')).to.match(/NOPERM|permission|can't (access|run)/i);
    }
    expect(await user.set('ct:a', '1')).to.equal('OK');
    user.disconnect();
  });

  it('is the one that docs/operations.md shows', async () => {
    const text = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const shown = /^ACL SETUSER ct_api on >PASSWORD (.*)$/m.exec(text)?.[1]?.split(' ');
    const rules = command.slice(command.indexOf('ct_api') + 3);
    expect(shown).to.deep.equal(rules);
  });
});
