import { expect } from 'chai';
import { createLogger, createMetrics } from 'ct-common-lib';
import type { Bus, PublishOutcome } from 'ct-common-lib/bus';
import type { Event } from 'ct-common-lib/events';
import { outboxTableSql, type Relay } from 'ct-common-lib/outbox';
import { createSequelize } from 'ct-common-lib/postgres';
import { createTestDatabase, waitFor, type TestDatabase } from 'ct-common-lib/testing';
import type { Sequelize } from 'sequelize';
import { createEventRelay } from '../../src/outbox/event-relay.ts';
import { createInvalidationRelay } from '../../src/outbox/invalidation-relay.ts';

const log = createLogger({ name: 'test', level: 'silent' });
const productId = '0197f3a0-0000-7000-8000-000000000001';
const reviewId = '0197f3a0-0000-7000-8000-000000000002';
const data = { reviewId, productId, rating: 4, version: 3 };

describe('the relays of the API', () => {
  let database: TestDatabase;
  let sequelize: Sequelize;
  let relay: Relay | undefined;
  let metrics: ReturnType<typeof createMetrics>;

  before(async () => {
    database = await createTestDatabase({ name: 'relays' });
    sequelize = createSequelize(database.url, { log, applicationName: 'relays test' });
    await sequelize.query(
      outboxTableSql('outbox', 'event_id uuid NOT NULL, type text, subject uuid, data jsonb') +
        outboxTableSql('cache_invalidation', 'tag text NOT NULL'),
    );
  });
  beforeEach(() => (metrics = createMetrics('test')));
  afterEach(async () => {
    await relay?.stop();
    await sequelize.query('TRUNCATE outbox, outbox_parked, cache_invalidation RESTART IDENTITY');
  });
  after(async () => {
    await sequelize.close();
    await database.drop();
  });

  const select = async <T>(sql: string) => (await sequelize.query(sql))[0] as T[];

  /** How many rows had each outcome, once all `rows` had one. */
  const outcomesOf = (rows: number) =>
    waitFor(`${rows} outcomes`, async () => {
      const { values } = await metrics.getSingleMetric('ct_outbox_rows_total')!.get();
      const counted = values.filter(({ value }) => value > 0);
      const settled = counted.filter(({ labels }) => labels.outcome !== 'failed');
      if (settled.reduce((sum, { value }) => sum + value, 0) < rows) return null;
      const outcomes = counted.map(({ labels, value }) => [labels.outcome, value] as const);
      return Object.fromEntries(outcomes) as Record<string, number>;
    });

  describe('that publishes events', () => {
    const eventId = (n: number) => `0197f3a0-0000-7000-8000-00000000010${n}`;

    const append = (n: number, type = 'review-updated') =>
      sequelize.query(
        `INSERT INTO outbox (event_id, type, subject, data, created_at) VALUES ($1, $2, $3, $4, '2026-01-02T03:04:05.678Z')`,
        { bind: [eventId(n), type, productId, JSON.stringify(data)] },
      );

    /** Starts the relay on a bus that has these outcomes in store, one list for each call, and then confirms. */
    function publishing({
      outcomes = [],
      store = null,
    }: {
      outcomes?: PublishOutcome[][];
      store?: string | null;
    }) {
      const calls: Event[][] = [];
      const publish = async (events: Event[]) => {
        calls.push(events);
        return outcomes.shift() ?? events.map((): PublishOutcome => ({ status: 'confirmed' }));
      };
      const bus = { publish } as Partial<Bus> as Bus;
      const ratings = { linkedStore: async () => store };
      relay = createEventRelay({ sequelize, bus, ratings, log, metrics });
      relay.start();
      return calls;
    }

    it('makes of each row the event that it tells of', async () => {
      await append(1);
      const calls = publishing({});
      await relay!.drained();
      expect(calls).to.deep.equal([
        [
          {
            specversion: '1.0',
            id: eventId(1),
            source: '/api-service',
            type: 'review-updated',
            subject: productId,
            time: '2026-01-02T03:04:05.678Z',
            datacontenttype: 'application/json',
            data,
          },
        ],
      ]);
    });

    it('names the rating database that is linked', async () => {
      await append(1);
      const calls = publishing({ store: reviewId });
      await relay!.drained();
      expect(calls[0]![0]!.data).to.deep.equal({ ...data, store: reviewId });
    });

    it('lets each row have the outcome of its own event, and puts aside what makes none', async () => {
      await append(1, 'nonsense');
      await append(2);
      await append(3);
      await append(4);
      await append(5);
      // One outcome less than events: nothing is known of the last.
      publishing({
        outcomes: [
          [{ status: 'confirmed' }, { status: 'refused', reason: 'full' }, { status: 'unroutable' }],
        ],
      });
      expect(await outcomesOf(5)).to.include({ delivered: 1, parked: 1, postponed: 3 });
      await relay!.stop();
      const parked = await select<{ id: string; reason: string }>('SELECT id, reason FROM outbox_parked');
      expect(parked).to.deep.equal([{ id: '1', reason: 'Nothing here knows events of type "nonsense"' }]);
      expect(await select('SELECT id, attempts FROM outbox ORDER BY id')).to.deep.equal([
        { id: '3', attempts: 1 },
        { id: '4', attempts: 1 },
        { id: '5', attempts: 1 },
      ]);
    });
  });

  describe('that makes owed bumps', () => {
    const append = (...tags: string[]) =>
      sequelize.query('INSERT INTO cache_invalidation (tag) SELECT unnest($1::text[])', { bind: [tags] });

    it('bumps each tag once, however many rows ask for it', async () => {
      await append('products', 'product:1', 'products');
      const bumped: string[][] = [];
      relay = createInvalidationRelay({
        sequelize,
        bumpOrThrow: async (tags) => void bumped.push(tags.toSorted()),
        log,
        metrics,
      });
      relay.start();
      await relay.drained();
      expect(bumped).to.deep.equal([['product:1', 'products']]);
      expect(await outcomesOf(3)).to.deep.equal({ delivered: 3 });
    });

    it('owes them until they are made', async () => {
      await append('product:1');
      let calls = 0;
      relay = createInvalidationRelay({
        sequelize,
        async bumpOrThrow() {
          if (++calls < 3) throw new Error('Redis is away');
        },
        log,
        metrics,
      });
      relay.start();
      expect(await outcomesOf(1)).to.deep.equal({ failed: 2, delivered: 1 });
      // They are counted before the commit.
      await waitFor(
        'an empty table',
        async () => (await select('SELECT 1 FROM cache_invalidation')).length === 0,
      );
    });
  });
});
