import { connect as connectToRabbit, type ChannelModel } from 'amqplib';
import { AppError, urlPerHost } from 'ct-common-lib';
import { Client } from 'pg';
import { queueNames, tableNames } from './arguments.ts';
import { closeInTime } from './closing.ts';
import { createParkedQueue } from './parked-queue.ts';
import { createParkedTable } from './parked-table.ts';
import type { Parking } from './parking.ts';

export interface Sources {
  rabbitmqUrl: string | undefined;
  prefix: string;
  /** The API's. */
  databaseUrl: string | undefined;
}

const noRabbit =
  'RABBITMQ_URL is not set. What the bus inside `npm start` parks stays in the memory of that process, which logs it, and no command reaches it.';
const noDatabase =
  'There is no database to look into: set DATABASE_URL, or start `npm start`, for the parked rows of the outbox.';
const connectTimeoutMs = 5_000;

/**
 * Calls `work` with all places where messages are parked, or with that of `origin` alone, the queues first. What is not
 * configured is left out and told by `notice`. Throws {@link AppError} if nothing is, or if one cannot be reached.
 */
export async function withParkings<T>(
  { rabbitmqUrl, prefix, databaseUrl }: Sources,
  origin: string | undefined,
  { notice, onSeen }: { notice: (sentence: string) => void; onSeen: () => void },
  work: (parkings: Parking[]) => Promise<T>,
): Promise<T> {
  const wanted = (names: string[]) => names.filter((name) => origin === undefined || name === origin);
  const [queues, tables] = [wanted(queueNames), wanted(tableNames)];
  const missing = [
    ...(queues.length > 0 && !rabbitmqUrl ? [noRabbit] : []),
    ...(tables.length > 0 && !databaseUrl ? [noDatabase] : []),
  ];
  const model = queues.length > 0 && rabbitmqUrl ? await openRabbit(rabbitmqUrl, prefix) : undefined;
  try {
    const client = tables.length > 0 && databaseUrl ? await openDatabase(databaseUrl) : undefined;
    try {
      if (!model && !client) throw new AppError('NOTHING_TO_LOOK_INTO', { detail: missing.join('\n') });
      missing.forEach(notice);
      return await work([
        ...(model ? queues.map((origin) => createParkedQueue({ model, origin, prefix, onSeen })) : []),
        ...(client ? tables.map((origin) => createParkedTable({ client, origin, onSeen })) : []),
      ]);
    } finally {
      await client?.end();
    }
  } finally {
    if (model) await closeInTime(model, model);
  }
}

async function openRabbit(url: string, prefix: string): Promise<ChannelModel> {
  let model: ChannelModel;
  try {
    model = await connectToAny(urlPerHost(url));
  } catch (cause) {
    throw unreachable('RabbitMQ', 'RABBITMQ_URL', url, cause);
  }
  // What uses the connection fails with it, and tells.
  model.on('error', () => undefined);
  try {
    // An exclusive queue is a lock that the broker lifts when we are gone: a second command would see the messages
    // missing that this one holds.
    const channel = await model.createChannel();
    channel.on('error', () => undefined);
    await channel.assertQueue(`${prefix}events-parked`, { exclusive: true, durable: false });
    return model;
  } catch (cause) {
    await model.close().catch(() => undefined);
    if ((cause as { code?: number }).code !== 405) throw cause;
    const detail = 'Another events:parked works on these queues right now: let it finish first.';
    throw new AppError('BUSY', { detail, cause });
  }
}

/** Throws what the last of them says. */
async function connectToAny([url, ...others]: string[]): Promise<ChannelModel> {
  const address = new URL(url!);
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', '5');
  try {
    return await connectToRabbit(address.href, { noDelay: true, timeout: connectTimeoutMs });
  } catch (error) {
    if (others.length === 0) throw error;
    return connectToAny(others);
  }
}

async function openDatabase(connectionString: string): Promise<Client> {
  let client: Client;
  try {
    client = new Client({
      connectionString,
      application_name: 'events parked',
      connectionTimeoutMillis: connectTimeoutMs,
      statement_timeout: 30_000,
      query_timeout: 35_000,
    });
    // A connection that breaks fails the next query too, which tells.
    client.on('error', () => undefined);
    await client.connect();
  } catch (cause) {
    throw unreachable('the database', 'DATABASE_URL', connectionString, cause);
  }
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('outbox_parked') IS NOT NULL AS there`,
  );
  if (rows[0]?.there) return client;
  await client.end();
  throw new AppError('NO_TABLES', {
    detail: 'The database of DATABASE_URL has no tables of this version: start api-service on it once.',
  });
}

function unreachable(what: string, variable: string, url: string, cause: unknown) {
  const { message, code } = cause as Error & { code?: string };
  const host = URL.canParse(url) ? ` at ${new URL(url).host}` : '';
  return new AppError('UNREACHABLE', {
    detail: `Cannot reach ${what}${host} (${message || code}): start it, or correct ${variable}. With --queue only what that needs is asked.`,
    cause,
  });
}
