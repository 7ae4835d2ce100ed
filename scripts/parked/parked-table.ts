import type { Client } from 'pg';
import type { Action, ParkedMessage, Parking } from './parking.ts';
import { printable, printableBody } from './printable.ts';

interface Row {
  id: string;
  row: string;
  attempts: string | null;
  reason: string;
  parked_at: Date;
  type: string | null;
}

const chunkRows = 500;

export interface ParkedTableOptions {
  client: Client;
  /** The outbox table. */
  origin: string;
  /** Called for each row that is looked at. */
  onSeen: () => void;
}

/** The rows of one outbox table that make no message and never will. */
export function createParkedTable({ client, origin, onSeen }: ParkedTableOptions): Parking {
  const parked = `${origin}_parked`;

  async function* rows(limit: number): AsyncGenerator<Row> {
    for (let [after, left] = ['0', limit]; left > 0;) {
      const { rows } = await client.query<Row>(
        `SELECT id, row::text, reason, parked_at, row ->> 'type' AS type, row ->> 'attempts' AS attempts
           FROM ${parked} WHERE id > $1 ORDER BY id LIMIT $2`,
        [after, Math.min(chunkRows, left)],
      );
      yield* rows;
      if (rows.length === 0) return;
      left -= rows.length;
      after = rows.at(-1)!.id;
    }
  }

  /** With a new id, as its own may be in the past of the table, and as if it had never been tried. */
  async function requeue(id: string) {
    const { rows } = await client.query<{ columns: string }>(
      `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns FROM pg_attribute
        WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
          AND attname NOT IN ('id', 'attempts', 'available_at')`,
      [origin],
    );
    const columns = rows[0]!.columns;
    await client.query(
      `WITH gone AS (DELETE FROM ${parked} WHERE id = $1 RETURNING row)
       INSERT INTO ${origin} (${columns})
       SELECT ${columns} FROM gone, jsonb_populate_record(NULL::${origin}, gone.row)`,
      [id],
    );
  }

  async function settle(
    action: Action,
    { id }: Row,
    message: ParkedMessage,
    done: (message: ParkedMessage) => void,
  ) {
    if (action === 'requeue') await requeue(id);
    else await client.query(`DELETE FROM ${parked} WHERE id = $1`, [id]);
    done(message);
  }

  return {
    origin,

    async count() {
      const { rows } = await client.query<{ count: number }>(`SELECT count(*)::integer FROM ${parked}`);
      return rows[0]!.count;
    },

    async look(limit, see) {
      for await (const row of rows(limit)) {
        onSeen();
        see(describe(origin, row));
      }
    },

    async take(action, ids, done) {
      for await (const row of rows(Infinity)) {
        onSeen();
        const message = describe(origin, row);
        if (ids.has(message.id)) await settle(action, row, message, done);
      }
    },

    async takeAll(action, limit, done) {
      const { rows: newest } = await client.query<{ id: string | null }>(
        `SELECT max(id) AS id FROM ${parked}`,
      );
      for await (const row of rows(limit)) {
        // What is parked meanwhile may be what was just put back, and is left.
        if (BigInt(row.id) > BigInt(newest[0]!.id ?? 0)) return;
        onSeen();
        await settle(action, row, describe(origin, row), done);
      }
    },
  };
}

function describe(origin: string, { id, row, type, attempts, reason, parked_at }: Row): ParkedMessage {
  return {
    origin,
    id: `${origin}:${id}`,
    type: type === null ? null : printable(type),
    code: null,
    reason: printable(reason),
    failedAt: parked_at.toISOString(),
    // A row may have been mended by hand.
    attempts: attempts !== null && /^\d{1,9}$/.test(attempts) ? Number(attempts) : null,
    details: () => [['Row', printableBody(Buffer.from(row))]],
  };
}
