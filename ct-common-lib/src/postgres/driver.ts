import pg from 'pg';

/**
 * A client that nobody has to listen to. Sequelize does so only a moment after the connection is made: an end that the
 * server sends along with its greeting would be an `error` event without a listener, which ends the process.
 */
class Client extends pg.Client {
  constructor(...args: ConstructorParameters<typeof pg.Client>) {
    super(...args);
    // The next query fails, and tells.
    this.on('error', () => undefined);
  }
}

/** For Sequelize's `dialectModule`: pg, with that client. */
export const driver = { ...pg, Client };
