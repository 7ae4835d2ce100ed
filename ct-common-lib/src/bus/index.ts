export { createAsyncApi } from './asyncapi.ts';
export * from './bus.ts';
export * from './memory-bus.ts';
export * from './rabbit-bus.ts';
export * from './topology.ts';
export { createTracedBus } from './traced-bus.ts';
