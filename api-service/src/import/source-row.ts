/** One row of a file, or why it could not be read. `line` is that of its first byte, counted from 1. */
export type SourceRow<Fields> = { line: number; fields: Fields } | { line: number; error: string };

export type Encoding = 'utf-8' | 'latin1';

export const notUtf8 =
  'The row is not valid UTF-8; save the file as UTF-8, or give --encoding latin1 if it comes from an older Windows program';

// Where windows-1252 differs from ISO 8859-1, in order from 0x80; holes are control characters in both.
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/**
 * Completes text that was decoded as ISO 8859-1 to windows-1252, which is what "Latin-1" files are in practice.
 * By hand, as TextDecoder decodes both alike in some releases of Node.
 */
export function fromLatin1(text: string): string {
  return text.replace(
    /[\x80-\x9f]/g,
    (character) => windows1252[character.charCodeAt(0) - 0x80] ?? character,
  );
}
