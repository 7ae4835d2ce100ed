export * from './embedded.ts';
export type { Grants } from './grants.ts';
export * from './migrate-command.ts';
export * from './migrate.ts';
export * from './missing.ts';
export * from './pool-metrics.ts';
export * from './pool-watch.ts';
export * from './sequelize.ts';
export * from './transient.ts';
