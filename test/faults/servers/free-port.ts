import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const lowest = 15_000;
const taken = new Set<number>();

/**
 * A port of 127.0.0.1 that nobody listens on, and that stays free while its owner is down: it lies below those that the
 * system gives to outgoing connections. No two calls give the same.
 */
export async function findFreePort(): Promise<number> {
  for (let attempt = 1; attempt <= 100; attempt++) {
    const port = lowest + Math.floor(Math.random() * (lowestOutgoing() - lowest));
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error(`No port from ${lowest} on is free: end the programs that listen there`);
}

function lowestOutgoing(): number {
  try {
    const [first] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/);
    return Math.max(Number(first), lowest + 1_000);
  } catch {
    return 32_768;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
