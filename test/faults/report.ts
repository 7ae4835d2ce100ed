export interface Report {
  seed: number;
  minutes: number;
  /** The names of the faults, each as often as it was made. */
  dealt: string[];
  figures: Record<string, number>;
  /** What must happen in a run, and how often it did. */
  seen: Map<string, number>;
  violations: string[];
}

const row = (count: number, name: string) => console.log(`${String(count).padStart(9)}  ${name}`);

/** What was done, what was seen, and what was wrong. */
export function printReport({ seed, minutes, dealt, figures, seen, violations }: Report) {
  console.log(`\nFaults (${dealt.length})`);
  const counts = new Map<string, number>();
  for (const name of dealt) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const name of [...counts.keys()].sort()) row(counts.get(name)!, name);
  console.log('\nWork');
  for (const [name, count] of Object.entries(figures)) row(count, name);
  console.log('\nSeen');
  for (const [name, count] of seen) row(count, name);
  console.log(`\nSeed ${seed}, ${minutes} min: ${verdict(violations)}`);
}

function verdict(violations: string[]): string {
  if (violations.length === 0) return 'nothing lost, nothing wrong, nothing late.';
  const shown = violations.slice(0, 20).map((text) => `\n  - ${text}`);
  const more = violations.length - shown.length;
  return `${violations.length} VIOLATIONS${shown.join('')}${more > 0 ? `\n  and ${more} more` : ''}`;
}
