import type { Random } from '../support/random.ts';
import type { Fault } from './fault.ts';

/** What happens at one time: a fault, or two that take hold of different parts. */
export type Blow = readonly Fault[];

/**
 * Deals faults for ever, the same for the same seed: all of them in a random order, then all again in another. Two times
 * out of three a second one comes along. The first are those that are essential, so that a short run has had them too.
 */
export function* dealFaults(
  faults: Fault[],
  isEssential: (fault: Fault) => boolean,
  random: Random,
): Generator<Blow> {
  for (let musts = shuffled(faults.filter(isEssential), random); ; musts = []) {
    const deck = shuffled(
      faults.filter((fault) => !musts.includes(fault)),
      random,
    );
    while (deck.length + musts.length > 0) {
      const first = musts.pop() ?? deck.pop()!;
      const second = random.below(3) > 0 ? takePartner(first, deck) : undefined;
      yield second ? [first, second] : [first];
    }
  }
}

/** Takes a fault out of the deck that has no part in common with `first`. */
function takePartner(first: Fault, deck: Fault[]): Fault | undefined {
  const at = deck.findLastIndex(({ on }) => !on.some((part) => first.on.includes(part)));
  return at < 0 ? undefined : deck.splice(at, 1)[0];
}

/** Fisher and Yates' shuffle. */
function shuffled<T>(items: T[], { below }: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = below(last + 1);
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}
