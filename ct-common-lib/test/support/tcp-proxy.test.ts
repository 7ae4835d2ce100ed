import { expect } from 'chai';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { waitFor } from '../../src/testing/index.ts';
import { createTcpProxy, through, targetOf, type Direction, type TcpProxy } from './tcp-proxy.ts';

/** One end of a connection, and what it has seen. */
function watch(socket: Socket) {
  const end = {
    socket,
    chunks: [] as string[],
    text: () => end.chunks.join(''),
    hasEnded: false,
    /** How it closed: `in order`, or with an error of this code. */
    closed: undefined as string | undefined,
  };
  socket.on('data', (bytes) => end.chunks.push(bytes.toString('latin1')));
  socket.on('end', () => (end.hasEnded = true));
  socket.on('error', (error: NodeJS.ErrnoException) => (end.closed = error.code));
  socket.on('close', () => (end.closed ??= 'in order'));
  return end;
}

type End = ReturnType<typeof watch>;

const anHourMs = 3_600_000;

describe('the TCP proxy of the tests', () => {
  let server: Server;
  let served: End[];
  let dialled: End[];
  let proxy: TcpProxy;

  beforeEach(async () => {
    served = [];
    dialled = [];
    server = createServer((socket) => served.push(watch(socket))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = createTcpProxy({ port: (server.address() as AddressInfo).port });
    await proxy.open();
  });
  afterEach(async () => {
    for (const { socket } of [...dialled, ...served]) socket.destroy();
    await proxy.close();
    await new Promise((resolve) => server.close(resolve));
  });

  async function dial(): Promise<End> {
    const end = watch(connect(proxy.port, '127.0.0.1'));
    dialled.push(end);
    await waitFor('a connection or an error', () => !end.socket.connecting || end.closed);
    return end;
  }

  /** A connection from end to end, as seen in one direction. */
  async function link(direction: Direction) {
    const before = served.length;
    const client = await dial();
    await waitFor('the server to be reached', () => served.length > before);
    const far = served.at(-1)!;
    return direction === 'up' ? { sender: client, receiver: far } : { sender: far, receiver: client };
  }

  const arrived = (end: End, text: string) =>
    waitFor(`${text} to arrive`, () => expect(end.text()).to.equal(text));
  const closed = (end: End) => waitFor('the end of a connection', () => end.closed);

  for (const direction of ['up', 'down'] as const) {
    describe(`in the direction ${direction}`, () => {
      it('passes bytes, and the end after them', async () => {
        const { sender, receiver } = await link(direction);
        sender.socket.end('the last words');
        await arrived(receiver, 'the last words');
        expect([await closed(sender), await closed(receiver)]).to.deep.equal(['in order', 'in order']);
      });

      it('lets a slow receiver hold up the sender, and loses nothing', async () => {
        const { sender, receiver } = await link(direction);
        receiver.socket.pause();
        const text = 'x'.repeat(1 << 25);
        sender.socket.end(text);
        receiver.socket.resume();
        await closed(receiver);
        expect(receiver.text() === text).to.equal(true);
      });

      it('swallows bytes in a black hole, and lets those of the other direction pass', async () => {
        const { sender, receiver } = await link(direction);
        proxy.blackHole(direction);
        sender.socket.write('lost');
        receiver.socket.write('heard');
        await arrived(sender, 'heard');
        proxy.heal();
        expect([await closed(sender), await closed(receiver)]).to.deep.equal(['ECONNRESET', 'ECONNRESET']);
        expect(receiver.text()).to.equal('');
      });

      it('tells nobody in a black hole that the other side is gone', async () => {
        const { sender, receiver } = await link(direction);
        proxy.blackHole(direction);
        sender.socket.resetAndDestroy();
        await closed(sender);
        receiver.socket.write('is anybody there?');
        await waitFor('the words to be on their way', () => receiver.socket.writableLength === 0);
        expect([receiver.hasEnded, receiver.closed]).to.deep.equal([false, undefined]);
      });

      it('accepts a connection into a black hole, and resets it when all is well', async () => {
        proxy.blackHole(direction);
        const client = await dial();
        client.socket.write('hello');
        await waitFor('it to be accepted', () => proxy.connections() === 1);
        proxy.heal();
        expect(await closed(client)).to.equal('ECONNRESET');
        expect(served).to.have.length(0);
      });

      it('delays bytes in their order, and lets them through at once when all is well', async () => {
        const { sender, receiver } = await link(direction);
        proxy.delay(20, direction);
        sender.socket.write('one ');
        await arrived(receiver, 'one ');
        proxy.delay(anHourMs, direction);
        sender.socket.write('two ');
        receiver.socket.write('meanwhile');
        await arrived(sender, 'meanwhile');
        sender.socket.end('three');
        expect(receiver.text()).to.equal('one ');
        proxy.heal();
        await arrived(receiver, 'one two three');
      });

      it('keeps no more than a little of what it delays, and loses nothing of it', async () => {
        const { sender, receiver } = await link(direction);
        proxy.delay(anHourMs, direction);
        const text = 'x'.repeat(1 << 25);
        sender.socket.end(text);
        await waitFor('the first bytes to be on their way', () => sender.socket.bytesWritten > 0);
        proxy.heal();
        await closed(receiver);
        expect(receiver.text() === text).to.equal(true);
      });

      it('slices into single bytes', async () => {
        const { sender, receiver } = await link(direction);
        proxy.slice(direction);
        sender.socket.write('abcdefghij');
        await arrived(receiver, 'abcdefghij');
        expect(receiver.chunks.length).to.be.above(1);
      });

      it('resets each connection after so many bytes, new ones too', async () => {
        const old = await link(direction);
        proxy.resetAfter(5, direction);
        for (const { sender, receiver } of [old, await link(direction)]) {
          sender.socket.write('abc');
          await arrived(receiver, 'abc');
          sender.socket.write('defghi');
          expect(await closed(sender)).to.equal('ECONNRESET');
          // libuv tells of a reset that comes together with bytes as of an end.
          await closed(receiver);
          expect('abcde').to.match(new RegExp(`^${receiver.text()}`));
        }
        proxy.heal();
        const { sender, receiver } = await link(direction);
        sender.socket.write('abcdefghi');
        await arrived(receiver, 'abcdefghi');
      });
    });
  }

  it('ends connections in order or by a reset, and takes new ones', async () => {
    const first = await link('up');
    proxy.cut();
    expect([await closed(first.sender), await closed(first.receiver)]).to.deep.equal([
      'in order',
      'in order',
    ]);
    const second = await link('up');
    proxy.reset();
    expect([await closed(second.sender), await closed(second.receiver)]).to.deep.equal([
      'ECONNRESET',
      'ECONNRESET',
    ]);
    await link('up');
    expect([proxy.accepted(), proxy.connections()]).to.deep.equal([3, 1]);
  });

  it('refuses connections while it is closed, and opens on the same port', async () => {
    const { sender } = await link('up');
    const { port } = proxy;
    await proxy.close();
    await closed(sender);
    expect((await dial()).closed).to.equal('ECONNREFUSED');
    expect(await proxy.open()).to.equal(port);
    await link('up');
  });

  it('resets a connection that its server refuses, and leads elsewhere when told to', async () => {
    const other = createServer((socket) => served.push(watch(socket))).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    proxy.retarget({ port });
    await link('up');
    await new Promise((resolve) => {
      other.close(resolve);
      proxy.cut();
    });
    expect(await closed(await dial())).to.equal('ECONNRESET');
  });

  it('speaks to its clients in the name of the server', async () => {
    const { receiver } = await link('down');
    proxy.inject(Buffer.from('boo'));
    await arrived(receiver, 'boo');
  });

  it('reads where a URL leads, and leads it through itself', () => {
    expect(targetOf('amqp://guest@broker/')).to.deep.equal({ host: 'broker', port: 5672 });
    expect(through(proxy, 'postgres://ada@db:5433/ct_api')).to.equal(
      `postgres://ada@127.0.0.1:${proxy.port}/ct_api`,
    );
  });
});
