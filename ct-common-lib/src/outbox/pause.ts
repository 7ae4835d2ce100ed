/** The longest pause after failures: it bounds how long a helper that is back stays unnoticed. */
const maxPauseMs = 2_000;

/**
 * The pause before the next look, ± 20 %: `pollIntervalMs`, and twice as long after each failure in a row, up to
 * 2 s or `pollIntervalMs`, whichever is longer.
 */
export function pauseMs(pollIntervalMs: number, failures: number): number {
  const fullMs = Math.min(pollIntervalMs * 2 ** failures, Math.max(pollIntervalMs, maxPauseMs));
  return fullMs * (0.8 + 0.4 * Math.random());
}
