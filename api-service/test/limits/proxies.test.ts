import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createMetrics } from 'ct-common-lib';
import { addressOf, createApp } from 'ct-common-lib/http';
import { silent } from '../support/api.ts';

describe('the address of a caller', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  /** As it is taken from a request of this machine with this `X-Forwarded-For`. */
  async function addressWith(trustProxy: number | string[] | undefined, forwardedFor: string) {
    const app = createApp({
      log: silent,
      metrics: createMetrics('test'),
      routers: [['/', (req, res) => void res.json(addressOf(req))]],
      trustProxy,
    });
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return (await fetch(url, { headers: { 'X-Forwarded-For': forwardedFor } })).json();
  }

  const client = '203.0.113.7';
  const cases: [title: string, trustProxy: number | string[] | undefined, header: string, address: string][] =
    [
      ['is not what it says itself', undefined, client, '127.0.0.1'],
      ['is what the one proxy in front says', 1, client, client],
      ['is not what it told that proxy', 1, `192.0.2.1, ${client}`, client],
      ['is what the first of two proxies says', 2, `192.0.2.1, ${client}, 10.0.0.1`, client],
      ['is what a proxy that is named says', ['loopback'], `192.0.2.1, ${client}`, client],
      [
        'is what the first of those that are named says',
        ['127.0.0.1', '10.0.0.0/8'],
        `192.0.2.1, ${client}, 10.1.2.3`,
        client,
      ],
      ['is not what one that is not named says', ['192.0.2.0/24', '2001:db8::/32'], client, '127.0.0.1'],
      ['is the network of an IPv6 address that a proxy says', 1, '2001:db8:1:2:3::4', '2001:db8:1:2::/64'],
    ];
  for (const [title, trustProxy, header, address] of cases) {
    it(title, async () => {
      expect(await addressWith(trustProxy, header)).to.equal(address);
    });
  }
});
