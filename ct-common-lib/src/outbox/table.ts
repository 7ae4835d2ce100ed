/**
 * SQL that creates a table for {@link createRelay}: rows that a trigger appends in the transaction of a
 * change, and that a relay deletes once they have been delivered. `payload` is the definition of the columns
 * that say what to deliver; beside it stands `<table>_parked` for rows that can never be delivered.
 */
export function outboxTableSql(table: string, payload: string): string {
  return `
    CREATE TABLE ${table} (
      id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      ${payload},
      created_at   timestamptz NOT NULL DEFAULT now(),
      attempts     integer NOT NULL DEFAULT 0,
      available_at timestamptz NOT NULL DEFAULT now()
    )
    -- Every row is dead a moment after it was born: vacuum by their number, not by a share of a small table.
    WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0,
          autovacuum_analyze_threshold = 50000);

    CREATE TABLE ${table}_parked (
      id        bigint PRIMARY KEY,
      row       jsonb NOT NULL,
      reason    text NOT NULL,
      parked_at timestamptz NOT NULL DEFAULT now()
    );
  `;
}
