// Control characters, also the second set and those that turn the direction of writing, could rule a terminal.
const unprintable =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\p{Surrogate}\p{Unassigned}\p{Private_Use}]/gu;

const escape = (character: string) => {
  const code = character.codePointAt(0)!;
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
};

/** The text with all that a terminal would obey escaped. */
export const printable = (text: string): string => text.replace(unprintable, escape);

/** The same for text that may have lines. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');

// Indented all the way, a few kilobytes of brackets would be gigabytes of spaces.
const deepestLaidOut = 100;
const longestLaidOut = 1_000_000;

/** Bytes for a terminal: JSON laid out and otherwise as it is, other text as it is, and what is no text byte by byte. */
export function printableBody(body: Buffer): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return body.toString('latin1').replace(/[^\x20-\x7e]/g, escape);
  }
  return printableLines(layOut(text) ?? text);
}

/** Null if it is no JSON, or very long. What is nested very deep stays on one line. Only white space changes: numbers and escapes stay as they were written. */
function layOut(text: string): string | null {
  if (text.length > longestLaidOut) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let depth = 0;
  const line = () => (depth > deepestLaidOut ? '' : `\n${'  '.repeat(depth)}`);
  return tokens
    .map((token, index) => {
      const [before, after] = [tokens[index - 1], tokens[index + 1]];
      switch (token) {
        case '{':
        case '[':
          if (after === '}' || after === ']') return token;
          depth++;
          return token + line();
        case '}':
        case ']':
          if (before === '{' || before === '[') return token;
          return (depth-- > deepestLaidOut ? '' : line()) + token;
        case ',':
          return token + line();
        case ':':
          return ': ';
        default:
          return token;
      }
    })
    .join('');
}
