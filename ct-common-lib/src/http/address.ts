import { isIPv4, isIPv6 } from 'node:net';

/**
 * What stands for the address of a request in a limit: an IPv4 address, or the first 64 bits of an IPv6 address, as whoever has one
 * has all those that begin with them. All that a proxy tells in place of an address is one and the same.
 */
export function addressOf({ ip = '' }: { ip?: string | undefined }): string {
  if (isIPv4(ip)) return ip;
  if (!isIPv6(ip)) return 'unknown';
  // A URL has each in one form, its shortest, and none in that of IPv4.
  const shortest = new URL(`http://[${ip.replace(/%.*/, '')}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:(\w+):(\w+)$/.exec(shortest)?.slice(1);
  if (mapped) return mapped.flatMap(bytesOf).join('.');
  const [head = [], tail = []] = shortest.split('::').map(groupsOf);
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(':')}::/64`;
}

const groupsOf = (part: string) => part.split(':').filter(Boolean);

const bytesOf = (group: string) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255];
