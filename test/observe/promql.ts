/** A metric as a PromQL expression asks for it, with the labels that it is chosen by. */
export interface Selector {
  name: string;
  labels: string[];
}

const keywords = new Set(
  'by without on ignoring group_left group_right and or unless offset bool atan2 inf nan start end'.split(
    ' ',
  ),
);

/**
 * What a PromQL expression asks for, by its words: a name is a metric's unless it is a function's, before `(`, or a keyword, or stands
 * in the labels of an aggregation. Throws on `{…}` without a name.
 */
export function selectorsIn(expression: string): Selector[] {
  const bare = expression
    // Texts first, as they may hold anything; what a label must be is not looked at.
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ');
  if (/(^|[^\w\s])\s*\{/.test(bare)) throw new Error(`A selector without a name: ${expression}`);
  return [...bare.matchAll(/(?<![\w.])([a-zA-Z_:][\w:]*)\s*(\(|\{[^}]*\})?/g)].flatMap(
    ([, name = '', after = '']) => {
      if (after === '(' || keywords.has(name.toLowerCase())) return [];
      return [
        { name, labels: [...after.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label) },
      ];
    },
  );
}

/** The labels that an expression groups by, whatever it is of. */
export const groupingsIn = (expression: string): string[] =>
  [...expression.matchAll(/\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/g)].flatMap(([, labels = '']) =>
    labels.split(',').map((label) => label.trim()),
  );
