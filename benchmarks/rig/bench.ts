import type { Finding } from './measurement.ts';
import type { MeasuredNode } from './nodes.ts';
import type { Rig } from './rig.ts';

/** What every question is given. */
export interface Bench {
  rig: Rig;
  /** Those on which the services run in turn, where that makes a difference. */
  nodes: MeasuredNode[];
  /** In each of them every contender has its turn. */
  rounds: number;
  /** How long a load lasts. */
  seconds: number;
  /** Whether a first impression will do: what takes minutes is made smaller. */
  quick: boolean;
  /** Says what is being done now. */
  progress: (text: string) => void;
}

/** One file of questions/: what is asked, and how it is answered. */
export interface Question {
  /** As after `--only`. */
  name: string;
  answer: (bench: Bench) => Promise<Finding[]>;
}

/**
 * Gives each contender its turn in every round, in the opposite order each time, after one turn that does not count. The
 * figures of each, by round.
 */
export async function alternate<Name extends string>(
  { rounds, progress }: Bench,
  contenders: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number[]>> {
  const entries = Object.entries(contenders) as [Name, () => Promise<number>][];
  const figures = Object.fromEntries(entries.map(([name]) => [name, []])) as unknown as Record<
    Name,
    number[]
  >;
  for (let round = 0; round <= rounds; round++) {
    for (const [name, takeTurn] of round % 2 === 0 ? entries : entries.toReversed()) {
      progress(round === 0 ? `${name}, warming up` : `${name}, round ${round} of ${rounds}`);
      const figure = await takeTurn();
      if (round > 0) figures[name].push(figure);
    }
  }
  return figures;
}
