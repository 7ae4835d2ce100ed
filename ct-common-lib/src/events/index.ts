export * from './catalog.ts';
export * from './envelope.ts';
export * from './rating-updated.ts';
export * from './review-events.ts';
