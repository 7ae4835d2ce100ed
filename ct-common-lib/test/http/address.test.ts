import { expect } from 'chai';
import fc from 'fast-check';
import { addressOf } from '../../src/http/address.ts';

const hex = (groups: number[]) => groups.map((group) => group.toString(16)).join(':');
const group = fc.integer({ min: 0, max: 0xffff });
const bits64 = fc.tuple(group, group, group, group);

describe('addressOf', () => {
  const same: [address: string, key: string][] = [
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8::3:4:5:6:7', '2001:db8:0:3::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['::203.0.113.7', '0:0:0:0::/64'],
    ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
    ['1:2:3:4:5:6:203.0.113.7', '1:2:3:4::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['203.0.113.7:4711', 'unknown'],
    ['unknown', 'unknown'],
    ['', 'unknown'],
  ];
  for (const [ip, key] of same)
    it(`takes ${ip || 'nothing'} for ${key}`, () => expect(addressOf({ ip })).to.equal(key));

  it('takes all addresses for one that share 64 bits, however they are written, and no others', () => {
    const written = fc.tuple(bits64, bits64, fc.boolean()).map(([prefix, rest, long]) => {
      const full = [...prefix, ...rest];
      // A URL has them in their shortest form.
      const short = new URL(`http://[${hex(full)}]`).hostname.slice(1, -1);
      return { prefix, ip: long ? full.map((part) => part.toString(16).padStart(4, '0')).join(':') : short };
    });
    fc.assert(
      fc.property(written, ({ prefix, ip }) => {
        fc.pre(prefix.some((part) => part !== 0));
        expect(addressOf({ ip })).to.equal(`${hex(prefix)}::/64`);
      }),
    );
  });
});
