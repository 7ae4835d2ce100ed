export * from './embedded.ts';
export * from './migrate.ts';
export * from './missing.ts';
export * from './pool-watch.ts';
export * from './sequelize.ts';
export * from './transient.ts';
