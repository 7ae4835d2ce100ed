export type { components, operations } from './api.ts';
export * from './client.ts';
