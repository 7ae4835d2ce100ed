export * from './embedded.ts';
export * from './migrate.ts';
export * from './sequelize.ts';
export * from './transient.ts';
