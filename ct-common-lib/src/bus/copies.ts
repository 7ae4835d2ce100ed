import type { PublishOutcome } from './bus.ts';

/** An event is where it belongs once all of its copies are. */
export function outcomeOfCopies(copies: PublishOutcome[]): PublishOutcome {
  if (copies.length === 0) return { status: 'unroutable' };
  return copies.find(({ status }) => status !== 'confirmed') ?? { status: 'confirmed' };
}
