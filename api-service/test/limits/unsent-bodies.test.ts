import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { waitFor } from 'ct-common-lib/testing';
import { startApi, type Api } from '../support/api.ts';

describe('clients that do not send the bodies they have announced', () => {
  let api: Api;
  const sockets: Socket[] = [];
  before(async () => (api = await startApi()));
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await api.stop();
  });

  const announce = (count: number, requestLine: string) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const socket = connect(api.port, '127.0.0.1').on('error', () => undefined);
        sockets.push(socket);
        await once(socket, 'connect');
        socket.write(
          `${requestLine} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n`,
        );
      }),
    );
  const refused = async () => {
    const { body } = await api.request<string>('GET', '/metrics');
    return Number(/^ct_http_requests_refused_total\{kind="arriving".*\} (\d+)$/m.exec(body)?.[1]);
  };

  it('keep nobody else from reading and writing', async () => {
    await announce(260, 'GET /api/products');
    await announce(200, 'POST /api/sessions');
    await waitFor('more to come than are waited for', async () => (await refused()) === 72);
    expect((await api.get('/api/products')).status).to.equal(200);
    await api.createProduct();
  });
});
