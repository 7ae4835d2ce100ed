export interface WaitOptions {
  /** Default 30,000. */
  timeoutMs?: number;
  /** Pause between two looks. Default 10. */
  intervalMs?: number;
}

/**
 * Calls `look` until it neither throws nor gives `false`, `null` or `undefined`, and returns what it gave.
 * Throws what the last look threw (or a time-out that names `what`) once the time is up.
 */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  { timeoutMs = 30_000, intervalMs = 10 }: WaitOptions = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const seen = await look();
      if (seen !== false && seen !== null && seen !== undefined) return seen;
    } catch (error) {
      failure = error;
    }
    if (Date.now() >= deadline) {
      throw new Error(
        `Waited ${timeoutMs} ms in vain: ${what}`,
        failure === undefined ? undefined : { cause: failure },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
