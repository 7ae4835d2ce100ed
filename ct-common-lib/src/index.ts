export * from './config.ts';
export * from './errors.ts';
export * from './gather.ts';
export * from './lifecycle.ts';
export * from './logger.ts';
export * from './metrics.ts';
export * from './run-process.ts';
