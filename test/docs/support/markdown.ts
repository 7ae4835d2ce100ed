import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../../..');

export const readText = (path: string) => readFile(join(root, path), 'utf8');

export interface Block {
  /** The word after the fence, e.g. `sh`. */
  language: string;
  text: string;
}

/** The fenced blocks of a Markdown text, in order. */
export function fencedBlocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}

/** The part of a document below a heading of the second level. Throws if there is none of that name. */
export function sectionOf(markdown: string, heading: string): string {
  const [, section] = markdown.split(`\n## ${heading}\n`);
  if (section === undefined) throw new Error(`There is no section ${heading}`);
  return section.split('\n## ')[0] ?? '';
}

/** The paths that a document names: its relative links, and what looks like a file or a folder in `code`. */
export function pathsIn(markdown: string): { links: string[]; mentions: string[] } {
  const prose = markdown.replace(/^```[^]*?^```$/gm, '');
  const links = [...prose.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = '']) => path);
  const code = [...prose.matchAll(/`([\w.-][\w./-]*)`/g)].map(([, text = '']) => text);
  const isPath = (text: string) => /\/$|^\.\w+\/|\.(ts|mjs|js|json|yml|sql|md)$/.test(text);
  return { links, mentions: code.filter(isPath) };
}
