import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy that can become a black hole, or lead elsewhere. */
export async function createProxy(targetPort: number) {
  const sockets = new Set<Socket>();
  let target = targetPort;
  let swallowing = false;

  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => {}).on('close', () => sockets.delete(near));
    // Born in a black hole: it never gets out.
    if (swallowing) return void near.resume();
    const far = connect(target, '127.0.0.1');
    sockets.add(far);
    far.on('error', () => near.destroy()).on('close', () => sockets.delete(far));
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Every byte vanishes from now on, and no connection is closed. */
    swallow() {
      swallowing = true;
      for (const socket of sockets) socket.unpipe().removeAllListeners('end').resume();
    },
    /** New connections work again; those of the black hole stay dead. */
    heal() {
      swallowing = false;
    },
    /** New connections go to another server. */
    retarget(port: number) {
      target = port;
    },
    async drop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

export type Proxy = Awaited<ReturnType<typeof createProxy>>;
