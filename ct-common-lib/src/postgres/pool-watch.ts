import type { Sequelize } from 'sequelize';
import { TransientError } from '../errors.ts';

const maxWaiting = 1_000;
const tickMs = 100;
const ticksToStall = 10;

/**
 * Bounds how many wait for a connection of the pool: with a thousand before it a query fails at once, with
 * `TransientError('OVERLOADED')`. To be stopped when the pool is closed.
 */
export function watchPool(sequelize: Sequelize) {
  const { pool } = sequelize.connectionManager as unknown as { pool: { waiting: number } };
  let quietTicks = 0;

  sequelize.addHook('beforePoolAcquire', () => {
    if (pool.waiting < maxWaiting) return;
    throw new TransientError('OVERLOADED', { detail: 'Too many wait for the database. Try again shortly.' });
  });
  sequelize.addHook('afterPoolAcquire', () => {
    quietTicks = 0;
  });
  // Ticks, not a clock: a process that is short of time itself ticks as slowly as it hands out connections.
  const ticks = setInterval(() => {
    quietTicks = pool.waiting > 0 ? quietTicks + 1 : 0;
  }, tickMs).unref();

  return {
    /** Whether for a second nobody of those who wait was given a connection: the pool is not busy, but stuck. */
    isStalled: () => quietTicks >= ticksToStall,

    stop: () => clearInterval(ticks),
  };
}
