import type { Sequelize } from 'sequelize';
import { Gauge, type Registry } from '../metrics.ts';

/** What sequelize-pool tells of itself. */
interface Pool {
  using: number;
  available: number;
  waiting: number;
  maxSize: number;
}

/** Gives a registry `ct_db_pool_…`: how the connections of these pools are used, by the names that they have here. */
export function observePools(metrics: Registry, pools: Record<string, Sequelize>): void {
  const gauge = (name: string, help: string, valueOf: (pool: Pool) => number) =>
    new Gauge({
      name: `ct_db_pool_${name}`,
      help,
      labelNames: ['pool'],
      registers: [metrics],
      collect() {
        for (const [name, sequelize] of Object.entries(pools))
          this.set({ pool: name }, valueOf((sequelize.connectionManager as unknown as { pool: Pool }).pool));
      },
    });
  gauge('used_connections', 'Connections to PostgreSQL that somebody uses', ({ using }) => using);
  gauge('idle_connections', 'Open connections to PostgreSQL that nobody uses', ({ available }) => available);
  gauge('max_connections', 'Connections to PostgreSQL at the most', ({ maxSize }) => maxSize);
  gauge('waiting_requests', 'Those who wait for a connection', ({ waiting }) => waiting);
}
