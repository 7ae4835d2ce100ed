export * from './app.ts';
export * from './endpoint.ts';
export * from './health.ts';
export * from './problem.ts';
export * from './representation.ts';
export * from './server.ts';
