import { randomBytes } from 'node:crypto';

/**
 * One cached value: `[format 1][token count 1][tokens, 16 bytes each][1 if the value is null][value]`.
 * Values are read in place: nothing is copied, nothing parsed.
 */
const format = 1;
const tokenBytes = 16;
const headerBytes = 2;

/** A token that never was and never will be again. */
export function createToken(): Buffer {
  return randomBytes(tokenBytes);
}

/** The bytes of one entry. `value`: `null` for a result that is null. */
export function encodeEntry(tokens: Buffer[], value: Buffer | null): Buffer {
  const head = Buffer.from([format, tokens.length]);
  return Buffer.concat(
    value ? [head, ...tokens, Buffer.from([0]), value] : [head, ...tokens, Buffer.from([1])],
  );
}

/**
 * The value of an entry that holds exactly these tokens: its bytes, or `null` for a result that is null.
 * `undefined`: it does not hold them, and must not be used.
 */
export function readEntry(entry: Buffer, tokens: (Buffer | null)[]): Buffer | null | undefined {
  if (entry[0] !== format || entry[1] !== tokens.length) return undefined;
  let at = headerBytes;
  for (const token of tokens) {
    if (!token || !holds(entry, at, token)) return undefined;
    at += tokenBytes;
  }
  return entry[at] === 1 ? null : entry.subarray(at + 1);
}

/** Byte by byte, as that is quicker for so few than a call into C++. */
function holds(entry: Buffer, at: number, token: Buffer): boolean {
  for (let i = 0; i < tokenBytes; i++) if (entry[at + i] !== token[i]) return false;
  return token.length === tokenBytes;
}
