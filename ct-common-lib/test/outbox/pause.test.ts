import { expect } from 'chai';
import { pauseMs } from '../../src/outbox/pause.ts';

describe("a relay's pause", () => {
  const cases: [title: string, pollIntervalMs: number, failures: number, fullMs: number][] = [
    ['is the interval when nothing failed', 250, 0, 250],
    ['doubles with each failure', 250, 2, 1_000],
    ['does not go beyond 2 s for failures', 250, 1_000, 2_000],
    ['is never shorter for failures than without', 60_000, 3, 60_000],
  ];
  for (const [title, pollIntervalMs, failures, fullMs] of cases) {
    it(`${title}, ± 20 %`, () => {
      const pauses = Array.from({ length: 500 }, () => pauseMs(pollIntervalMs, failures));
      expect(Math.min(...pauses)).to.be.within(0.8 * fullMs, 0.85 * fullMs);
      expect(Math.max(...pauses)).to.be.within(1.15 * fullMs, 1.2 * fullMs);
    });
  }
});
