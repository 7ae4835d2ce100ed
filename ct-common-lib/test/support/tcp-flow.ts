import type { Socket } from 'node:net';

/** What becomes of the bytes of one direction. */
export type Mode =
  | { kind: 'pass' | 'black hole' | 'slice' }
  | { kind: 'delay'; ms: number }
  | { kind: 'reset after'; bytes: number };

export interface FlowOptions {
  /** Missing where there is nobody to read from, or to write to. */
  from: Socket | undefined;
  to: Socket | undefined;
  mode: Mode;
  /** Resets the connection that this is one direction of. */
  reset: () => void;
}

/** So much waits at the most, with one packet more; what is beyond stays with the sender, as TCP would have it. */
const waitingLimitBytes = 1 << 20;

/** One direction of one connection. */
export function createFlow({ from, to, mode: initialMode, reset }: FlowOptions) {
  let mode = initialMode;
  let isCaught = !from || !to;
  let bytesLeft = bytesUntilReset(mode);
  let waiting: { bytes: Buffer; due: number }[] = [];
  let waitingBytes = 0;
  let hasEnded = false;
  let cancelNext: (() => void) | undefined;

  from?.on('data', (bytes) => {
    // Read and dropped, so that the end of the sender is still seen and nothing piles up.
    if (isCaught) return;
    waiting.push({ bytes, due: mode.kind === 'delay' ? Date.now() + mode.ms : 0 });
    waitingBytes += bytes.length;
    if (waitingBytes > waitingLimitBytes) from.pause();
    move();
  });
  from?.on('end', () => {
    hasEnded = true;
    move();
  });
  from?.on('error', () => {
    if (!isCaught) reset();
  });
  to?.on('drain', move);

  /** Passes on what may go now, and comes back when more may. */
  function move() {
    if (cancelNext || isCaught || !to) return;
    for (let next = waiting[0]; next; next = waiting[0]) {
      if (to.writableNeedDrain) return;
      const pauseMs = next.due - Date.now();
      if (pauseMs > 0) return later(pauseMs);
      if (mode.kind === 'slice') {
        pass(next.bytes.subarray(0, 1));
        next.bytes = next.bytes.subarray(1);
        if (next.bytes.length === 0) waiting.shift();
        return later(0);
      }
      waiting.shift();
      pass(next.bytes);
    }
    if (hasEnded) to.end();
  }

  function later(ms: number) {
    const again = () => {
      cancelNext = undefined;
      move();
    };
    if (ms === 0) {
      const immediate = setImmediate(again);
      cancelNext = () => clearImmediate(immediate);
    } else {
      const timer = setTimeout(again, ms);
      cancelNext = () => clearTimeout(timer);
    }
  }

  function pass(bytes: Buffer) {
    waitingBytes -= bytes.length;
    if (waitingBytes <= waitingLimitBytes) from?.resume();
    if (to?.destroyed) return;
    to?.write(bytes.subarray(0, bytesLeft));
    bytesLeft -= bytes.length;
    if (bytesLeft <= 0) reset();
  }

  return {
    setMode(next: Mode) {
      mode = next;
      bytesLeft = bytesUntilReset(mode);
      isCaught ||= mode.kind === 'black hole';
      if (isCaught) {
        waiting = [];
        from?.resume();
      }
      for (const piece of waiting) piece.due = 0;
      cancelNext?.();
      cancelNext = undefined;
      move();
    },

    /** Whether it has been in a black hole: then bytes are missing, and no later ones may pass. */
    isCaught: () => isCaught,
  };
}

export type Flow = ReturnType<typeof createFlow>;

const bytesUntilReset = (mode: Mode) => (mode.kind === 'reset after' ? mode.bytes : Infinity);
