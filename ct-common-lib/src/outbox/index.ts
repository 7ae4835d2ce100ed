export * from './relay.ts';
export * from './table.ts';
