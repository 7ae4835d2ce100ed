export * from './average.ts';
export * from './bayesian.ts';
export * from './histogram.ts';
export * from './wilson.ts';
