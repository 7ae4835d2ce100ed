import type { Sequelize, Transaction } from 'sequelize';
import { createLogger, createMetrics } from '../../src/index.ts';
import {
  createRelay,
  outboxTableSql,
  type Delivery,
  type OutboxRow,
  type Relay,
  type RelayOptions,
} from '../../src/outbox/index.ts';
import { createSequelize } from '../../src/postgres/sequelize.ts';
import { createTestDatabase, type TestDatabase } from '../../src/testing/postgres.ts';

export interface MessageRow extends OutboxRow {
  message: string;
}

export const deliverAll = async (rows: MessageRow[]): Promise<Delivery[]> =>
  rows.map(() => ({ status: 'delivered' }));

/** An outbox table `outbox` in a database of the suite's own; what a test starts is stopped after it. */
export function useOutbox() {
  const log = createLogger({ name: 'test', level: 'silent' });
  const relays: Relay[] = [];
  let database: TestDatabase;
  let sequelize: Sequelize;

  before(async () => {
    database = await createTestDatabase({ name: 'outbox' });
    sequelize = createSequelize(database.url, { log, applicationName: 'outbox test' });
    await sequelize.query(outboxTableSql('outbox', 'message text NOT NULL'));
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
    await sequelize.query('TRUNCATE outbox, outbox_parked RESTART IDENTITY');
  });
  after(async () => {
    await sequelize.close();
    await database.drop();
  });

  const select = async <T>(sql: string) => (await sequelize.query(sql))[0] as T[];
  return {
    sequelize: () => sequelize,
    select,
    /** Appends messages, in the transaction if there is one. */
    append: (messages: string[], transaction: Transaction | null = null) =>
      sequelize.query('INSERT INTO outbox (message) SELECT unnest($1::text[])', {
        bind: [messages],
        transaction,
      }),
    waiting: async () =>
      (await select<MessageRow>('SELECT * FROM outbox ORDER BY id')).map(({ message }) => message),
    create: (options: Partial<RelayOptions<MessageRow>> = {}) => {
      const defaults = {
        sequelize,
        table: 'outbox',
        deliver: deliverAll,
        log,
        metrics: createMetrics('test'),
      };
      // Long enough that nothing but a wake-up or a retry can be what a test waits for.
      const relay = createRelay<MessageRow>({ ...defaults, pollIntervalMs: 60_000, ...options });
      relays.push(relay);
      return relay;
    },
  };
}

export const numbered = (count: number) => Array.from({ length: count }, (_, i) => `m${i + 1}`);
