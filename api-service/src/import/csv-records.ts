import { maxRecordBytes, maxRecordLines } from './limits.ts';

const newline = 10;
const quote = 34;

/** Where a record ends (past its line break), or why that cannot be told from these bytes. */
export type RecordEnd = { end: number; lines: number } | 'incomplete' | 'too long' | 'unclosed';

/**
 * Finds the end of the record that starts at `start`: the first line break with all quotes before it paired.
 * `last`: no bytes follow these.
 */
export function findRecordEnd(bytes: Buffer, start: number, last: boolean): RecordEnd {
  const limit = Math.min(bytes.length, start + maxRecordBytes);
  let quoted = false;
  let lines = 0;
  for (let at = start; at < limit; at++) {
    const byte = bytes[at];
    if (byte === quote) quoted = !quoted;
    else if (byte === newline) {
      lines++;
      if (!quoted) return { end: at + 1, lines };
      if (lines === maxRecordLines) return 'unclosed';
    }
  }
  if (bytes.length > limit) return lines === 0 ? 'too long' : 'unclosed';
  if (!last) return 'incomplete';
  return quoted ? 'unclosed' : { end: limit, lines: lines + 1 };
}

/** Past the line break of the line that starts at `start`; undefined if these bytes hold none. */
export function findLineEnd(bytes: Buffer, start: number): number | undefined {
  const at = bytes.indexOf(newline, start);
  return at === -1 ? undefined : at + 1;
}

/** Whether the record holds nothing but its line break. */
export function isBlank(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > 2) return false;
  for (let at = start; at < end; at++) if (bytes[at] !== newline && bytes[at] !== 13) return false;
  return true;
}
