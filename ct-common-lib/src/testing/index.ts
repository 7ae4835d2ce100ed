export * from './bus-suite.ts';
export * from './cache-store-suite.ts';
export * from './postgres.ts';
export * from './services.ts';
export * from './wait-for.ts';
