import { hold, type Fault } from '../fault.ts';
import { installFailing } from './postgres-triggers.ts';

interface Failing {
  database: string;
  table: string;
  error: string;
  /** Of the statements, how many in one. */
  share: number;
}

/** Statements that write to the table fail for 3 s with an error that the rig makes up. */
const failing = (what: string, { database, table, error, share }: Failing): Fault => ({
  name: `postgres: ${what} on ${table} for 3 s`,
  on: ['postgres'],
  async inject({ postgres }) {
    const body = `IF random() < ${share} THEN
      RAISE EXCEPTION 'made by the fault rig: ${what}' USING ERRCODE = '${error}';
    END IF;`;
    const remove = await installFailing(postgres, {
      database,
      table,
      timing: 'before statements',
      body,
      seconds: 3,
    });
    try {
      await hold(3);
    } finally {
      await remove();
    }
  },
});

const tables = [
  { database: 'ct_api', table: 'outbox' },
  { database: 'ct_rating', table: 'review_state' },
];

export const errorFaults: Fault[] = [
  ...tables.map((where) => failing('disk full', { ...where, error: '53100', share: 1 })),
  ...tables.map((where) => failing('serialization failures', { ...where, error: '40001', share: 0.3 })),
];
