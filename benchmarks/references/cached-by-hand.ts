// What a cached answer costs with nothing around it: one MGET of an entry and its token, and for an answer of ITEMS entries a
// second one of theirs. Nothing is checked, logged, counted or limited.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';

const { REDIS_URL = '', PREFIX = '', SIZE, ITEMS } = process.env;
const size = Number(SIZE);
const items = Number(ITEMS);
const token = Buffer.alloc(12, 't');
const expiry = ['EX', 3600] as const;

// What is asked for in one turn of the event loop goes over together.
const redis = new Redis(REDIS_URL, { enableAutoPipelining: true });
const keyOf = (name: string, item?: number) => `${PREFIX}by-hand:${name}:${item ?? ''}`;
const entryOf = (bytes: number) => Buffer.concat([token, Buffer.alloc(bytes, 'x')]);

const answerKeys = [keyOf('entry'), keyOf('token')];
const itemKeys = ['entry', 'token'].flatMap((name) =>
  Array.from({ length: items }, (_, item) => keyOf(name, item)),
);
await redis.set(answerKeys[0]!, entryOf(items === 0 ? size : items * 36), ...expiry);
await redis.set(answerKeys[1]!, token, ...expiry);
for (let item = 0; item < items; item++) {
  await redis.set(keyOf('entry', item), entryOf(Math.round(size / items)), ...expiry);
  await redis.set(keyOf('token', item), token, ...expiry);
}

/** The values of entries whose tokens come after them. Throws if one is not valid. */
async function read(keys: string[]): Promise<Buffer[]> {
  const found = await redis.mgetBuffer(keys);
  return found.slice(0, keys.length / 2).map((entry, i) => {
    const itsToken = found[keys.length / 2 + i];
    if (!entry || !itsToken?.equals(entry.subarray(0, token.length)))
      throw new Error(`${keys[i]} is not cached`);
    return entry.subarray(token.length);
  });
}

const server = createServer((_req, res) => {
  void (async () => {
    const [answer] = await read(answerKeys);
    const body = items === 0 ? answer! : Buffer.concat(await read(itemKeys));
    res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length, ETag: '"1"' });
    res.end(body);
  })();
});
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
