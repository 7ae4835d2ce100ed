// Sends requests as fast as one process can, over plain sockets: started by load.ts.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { tokenPlace, type Latencies, type Load, type LoadReport } from './load.ts';

const [load] = (await once(process, 'message')) as [Load];
const {
  port,
  requests,
  tokens = [],
  rate,
  connections,
  seconds,
  honoursRetryAfter = false,
  tellEverySeconds,
} = load;
const timeoutMs = 5_000;

// Nobody else would end it before its time is over.
process.once('disconnect', () => process.exit());

const messages = requests.map(({ method, target, headers = {}, body = '' }) => {
  const message = [
    `${method} ${target} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body && ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
    '',
    body,
  ].join('\r\n');
  return message.includes(tokenPlace) ? message : Buffer.from(message);
});
let tokensSent = 0;

/** Those with a token are made when they are sent. */
function nextMessage(): Buffer | string {
  const message = messages[sent++ % messages.length]!;
  if (typeof message !== 'string') return message;
  return message.replace(tokenPlace, tokens[tokensSent++ % tokens.length]!);
}

interface Connection {
  socket: Socket;
  /** When the request that is under way was sent. */
  sentAt: number | undefined;
  received: string;
}

let latencies = new Map<string, number[]>();
const open = new Set<Connection>();
const free: Connection[] = [];
/** How many requests should have been sent by now. */
let due = 0;
let sent = 0;
let goodInTime = 0;
let totals = { timedOut: 0, broken: 0, withoutRetryAfter: 0 };
const startedAt = performance.now();
let toldAt = startedAt;
const endsAt = startedAt + seconds * 1000;

const now = () => performance.now();
const isOver = () => now() >= endsAt;

function addConnection(): void {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const connection: Connection = { socket, sentAt: undefined, received: '' };
  open.add(connection);
  socket.once('connect', () => isFree(connection));
  socket.on('data', (bytes) => take(connection, bytes));
  socket.on('error', () => undefined);
  socket.on('close', () => {
    open.delete(connection);
    if (connection.sentAt !== undefined) totals.broken++;
    connection.sentAt = undefined;
  });
}

function isFree(connection: Connection): void {
  if (isOver()) return;
  if (rate === undefined || due > sent) send(connection);
  else free.push(connection);
}

function send(connection: Connection): void {
  connection.sentAt = now();
  connection.socket.write(nextMessage());
}

function take(connection: Connection, bytes: Buffer): void {
  connection.received += bytes.toString('latin1');
  const { received } = connection;
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return;
  const length = /\r\ncontent-length: (\d+)/i.exec(received);
  if (!length || received.length < headEnd + 4 + Number(length[1])) return;
  connection.received = '';
  if (connection.sentAt === undefined) return;

  const status = received.slice(9, 12);
  const refused = status === '503';
  const name = status < '300' ? status : `${status} ${/"code":"(\w+)"/.exec(received)?.[1]}`;
  const of = latencies.get(name) ?? [];
  latencies.set(name, of);
  of.push(now() - connection.sentAt);
  connection.sentAt = undefined;
  if (status < '300' && !isOver()) goodInTime++;
  const retryAfter = /\r\nretry-after: (\d+)/i.exec(received)?.[1];
  if (refused && retryAfter === undefined) totals.withoutRetryAfter++;
  if (refused && honoursRetryAfter) setTimeout(() => isFree(connection), Number(retryAfter) * 1000);
  else isFree(connection);
}

/** Sends what has become due, on connections that are free, else on new ones. */
function sendDue(): void {
  due = Math.floor(((Math.min(now(), endsAt) - startedAt) / 1000) * rate!);
  while (due > sent && free.length > 0) {
    // The one that has rested longest, or the server would close those that rest for being idle.
    const connection = free.shift()!;
    if (open.has(connection)) send(connection);
  }
  const wanted = Math.min(due - sent, connections - open.size, 100);
  for (let i = 0; i < wanted; i++) addConnection();
}

function giveUp(): void {
  const oldest = now() - timeoutMs;
  for (const connection of open) {
    if (connection.sentAt === undefined || connection.sentAt > oldest) continue;
    totals.timedOut++;
    connection.sentAt = undefined;
    connection.socket.destroy();
  }
}

function latenciesOf(all: number[]): Latencies {
  all.sort((a, b) => a - b);
  const at = (share: number) => Math.round((all[Math.ceil(all.length * share) - 1] ?? 0) * 100) / 100;
  return { count: all.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** Of the time since the last one. */
function report(): LoadReport {
  const until = Math.min(now(), endsAt);
  const answers = [...latencies].sort().map(([name, of]) => [name, latenciesOf(of)] as const);
  const told = {
    answers: Object.fromEntries(answers),
    all: latenciesOf([...latencies.values()].flat()),
    goodput: (goodInTime / (until - toldAt)) * 1000,
    ...totals,
    unsent: Math.max(0, due - sent),
  };
  latencies = new Map();
  goodInTime = 0;
  totals = { timedOut: 0, broken: 0, withoutRetryAfter: 0 };
  toldAt = until;
  return told;
}

if (rate === undefined) for (let i = 0; i < connections; i++) addConnection();
const ticks = rate === undefined ? undefined : setInterval(sendDue, 1);
const sweeps = setInterval(giveUp, 100);
const reports =
  tellEverySeconds && setInterval(() => process.send!({ report: report() }), tellEverySeconds * 1000);
setTimeout(() => {
  clearInterval(ticks);
  clearInterval(reports);
  const ending = setInterval(() => {
    if ([...open].some(({ sentAt }) => sentAt !== undefined)) return;
    clearInterval(ending);
    clearInterval(sweeps);
    for (const { socket } of open) socket.destroy();
    process.send!({ report: report(), isLast: true });
  }, 20);
}, seconds * 1000);
