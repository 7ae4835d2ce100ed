import type { EventEmitter } from 'node:events';
import pg from 'pg';

/** Whether PostgreSQL ends the connection after this: it says so in its own language, and by a code in all of them. */
const isLast = ({ severity, code }: pg.DatabaseError) => severity === 'FATAL' || code?.startsWith('57P');

/**
 * A client that nobody has to listen to. Sequelize does so only a moment after the connection is made: an end that the
 * server sends along with its greeting would be an `error` event without a listener, which ends the process.
 */
class Client extends pg.Client {
  constructor(...args: ConstructorParameters<typeof pg.Client>) {
    super(...args);
    // The next query fails, and tells.
    this.on('error', () => undefined);
    // Sequelize would lend the connection out again until its end has arrived, to a query that never was to fail.
    const { connection } = this as unknown as { connection: EventEmitter };
    connection.on('errorMessage', (message: pg.DatabaseError) => {
      if (isLast(message)) Object.assign(this, { _invalid: true });
    });
  }
}

/** For Sequelize's `dialectModule`: pg, with that client. */
export const driver = { ...pg, Client };
