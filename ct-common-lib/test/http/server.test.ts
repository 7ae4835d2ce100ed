import { once } from 'node:events';
import { Agent, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import express, { type Response } from 'express';
import { assertPortIsFree, createHttpServer, type HttpServer } from '../../src/http/index.ts';
import { createLogger } from '../../src/index.ts';
import { waitFor } from '../../src/testing/wait-for.ts';
import { open, read, send } from './client.ts';

const log = createLogger({ name: 'test', level: 'silent' });
const host = '127.0.0.1';

/** An application whose requests to `/slow` and `/half` end when the test says so. */
function createSlowApp() {
  const app = express();
  const held: Response[] = [];
  app.get('/fast', (_req, res) => void res.send('fast'));
  app.get('/slow', (_req, res) => void held.push(res));
  app.get('/half', (_req, res) => {
    res.write('half ');
    held.push(res);
  });
  return { app, held };
}

describe('createHttpServer', () => {
  const servers: HttpServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

  function create({ port = 0, drainDelayMs = 0, drainTimeoutMs = 8_000 } = {}) {
    const { app, held } = createSlowApp();
    const server = createHttpServer(app, { host, port, log, drainDelayMs, drainTimeoutMs });
    servers.push(server);
    return { server, held };
  }

  async function start(options?: Parameters<typeof create>[0]) {
    const created = create(options);
    await created.server.start();
    return created;
  }

  /** Asks for a path that is held, and returns when the server has it. */
  async function hold({ server, held }: Awaited<ReturnType<typeof start>>, path: string) {
    const agent = new Agent({ keepAlive: true });
    const answer = once(open(server.port(), path, { agent }), 'response').then(([message]) =>
      read(message as IncomingMessage),
    );
    const res = await waitFor('the request', () => held.pop());
    return { answer, res, agent };
  }

  const refusesConnections = (port: number) =>
    waitFor('connections to be refused', async () => {
      const failure = await send(port, '/fast').catch((error: NodeJS.ErrnoException) => error);
      return 'code' in failure && failure.code === 'ECONNREFUSED';
    });

  it('lets a running request finish at a stop, closes its connection, and refuses new ones', async () => {
    const started = await start();
    const port = started.server.port();
    const { answer, res, agent } = await hold(started, '/slow');
    const stopped = started.server.stop();
    await refusesConnections(port);
    res.send('finished');
    const { headers, text } = await answer;
    expect({ text, connection: headers.connection }).to.deep.equal({ text: 'finished', connection: 'close' });
    await stopped;
    agent.destroy();
  });

  it('closes a connection after an answer that had begun before the stop', async () => {
    const started = await start();
    const { answer, res, agent } = await hold(started, '/half');
    const stopped = started.server.stop();
    res.end('whole');
    expect(await answer).to.include({ text: 'half whole' });
    await stopped;
    agent.destroy();
  });

  it('closes connections that no request is running on', async () => {
    const { server } = await start();
    const agent = new Agent({ keepAlive: true });
    const sent = open(server.port(), '/fast', { agent });
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const closed = once(sent.socket!, 'close');
    await read(answer);
    await server.stop();
    await closed;
  });

  it('answers `Connection: close` to a request that comes while it drains', async () => {
    const { server, held } = await start();
    const socket = connect(server.port(), host);
    let received = '';
    socket.on('data', (bytes) => (received += String(bytes)));
    const ended = once(socket, 'close');
    const ask = (path: string) => socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);

    ask('/half');
    const first = await waitFor('the first request', () => held.pop());
    const stopped = server.stop();
    ask('/slow');
    const second = await waitFor('the second request', () => held.pop());
    first.end();
    second.send('late');
    await Promise.all([ended, stopped]);
    expect(received).to.match(/half [^]*\r\n\r\nHTTP\/1\.1 200 OK[^]*\r\nConnection: close\r\n[^]*late/);
  });

  it('goes on answering during the delay, and leaves the connections that no request is running on open', async () => {
    const { server } = await start({ drainDelayMs: 1_000 });
    const agent = new Agent({ keepAlive: true });
    const ask = () => send(server.port(), '/fast', { agent });
    const before = [await ask(), await send(server.port(), '/fast')];
    expect(before.map(({ headers }) => headers.connection)).to.deep.equal(['keep-alive', 'close']);
    let stopped = false;
    const stop = server.stop().then(() => (stopped = true));
    const sockets = Object.values(agent.freeSockets).flat();
    const during = [await ask(), await ask()];
    expect(during.map(({ text, headers }) => [text, headers.connection])).to.deep.equal([
      ['fast', 'close'],
      ['fast', 'close'],
    ]);
    expect({ stopped, sockets: sockets.length }).to.deep.equal({ stopped: false, sockets: 1 });
    const port = server.port();
    await stop;
    await refusesConnections(port);
    agent.destroy();
  });

  it('cuts a request that hangs when the time to drain is up', async () => {
    const started = await start({ drainTimeoutMs: 20 });
    const { answer, agent } = await hold(started, '/slow');
    const cut = answer.catch((error: NodeJS.ErrnoException) => error.code);
    await started.server.stop();
    expect(await cut).to.equal('ECONNRESET');
    agent.destroy();
  });

  it('can be stopped twice, and both wait for the running request', async () => {
    const started = await start();
    const { answer, res, agent } = await hold(started, '/slow');
    const order: string[] = [];
    const stops = [1, 2].map(() => started.server.stop().then(() => order.push('stopped')));
    res.once('close', () => order.push('answered'));
    res.send();
    await Promise.all([answer, ...stops]);
    expect(order).to.deep.equal(['answered', 'stopped', 'stopped']);
    agent.destroy();
  });

  it('can be stopped before it was started, and while it starts', async () => {
    await create().server.stop();
    const { server } = create();
    const starting = server.start();
    const stopped = server.stop();
    await starting;
    await stopped;
    expect(() => server.port()).to.throw();
  });

  it('tells its port once it has been started, and not before', async () => {
    const { server } = create();
    expect(() => server.port()).to.throw('The server has not been started');
    await server.start();
    expect(server.port()).to.be.within(1, 65_535);
  });

  it('says in one sentence that its port is taken, and what to do', async () => {
    const port = (await start()).server.port();
    const failure = await start({ port }).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'PORT_TAKEN' });
    expect(failure)
      .to.have.property('message')
      .that.matches(
        new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken: stop the program that uses it, or [^.]*\\.$`),
      );
  });

  it('says so when the address is not one of this machine', async () => {
    const { app } = createSlowApp();
    const server = createHttpServer(app, { host: '192.0.2.1', port: 0, log });
    const failure = await server.start().catch((error: unknown) => error);
    expect(failure).to.include({ code: 'PORT_REFUSED' });
    expect(failure).to.have.property('message').that.includes('192.0.2.1:0 (EADDRNOTAVAIL)');
  });

  it('tells the same before anything else is started, and leaves a free port free', async () => {
    const { app } = createSlowApp();
    const server = createHttpServer(app, { host: '127.0.0.1', port: 0, log });
    await server.start();
    const address = { host: '127.0.0.1', port: server.port(), portVariable: 'RATING_PORT' };
    const failure = await assertPortIsFree(address).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'PORT_TAKEN' });
    expect(failure).to.have.property('message').that.includes('set RATING_PORT');
    await server.stop();
    await assertPortIsFree(address);
    await assertPortIsFree(address);
  });

  it('answers a request that names no host with a problem document', async () => {
    const { app } = createSlowApp();
    const server = createHttpServer(app, { host: '127.0.0.1', port: 0, log });
    await server.start();
    const socket = connect(server.port(), '127.0.0.1');
    socket.write('GET /x HTTP/1.1\r\n\r\n');
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer)
      .to.match(/^HTTP\/1\.1 400 /)
      .and.to.include('"code":"HOST_MISSING"');
    await server.stop();
  });

  it('answers 408 to a client that dribbles its head, once the time for it is over', async () => {
    const { app } = createSlowApp();
    const server = createHttpServer(app, { host, port: 0, log, headTimeoutMs: 100 });
    await server.start();
    const socket = connect(server.port(), host).on('error', () => undefined);
    socket.write('GET /fast HTTP/1.1\r\n');
    let answer = '';
    socket.on('data', (bytes) => (answer += String(bytes)));
    await waitFor(
      'the answer',
      () => {
        socket.write('X: y\r\n');
        return answer.includes('"code":"REQUEST_TIMEOUT"');
      },
      { timeoutMs: 20_000 },
    );
    expect(answer).to.match(/^HTTP\/1\.1 408 /);
    socket.destroy();
    await server.stop();
  });

  it('says so when there is no such host', async () => {
    const { app } = createSlowApp();
    const server = createHttpServer(app, { host: 'no.such.host.invalid', port: 0, log });
    const failure = await server.start().catch((error: unknown) => error);
    expect(failure).to.include({ code: 'PORT_REFUSED' });
    expect(failure).to.have.property('message').that.includes('check HOST and PORT');
  });
});
