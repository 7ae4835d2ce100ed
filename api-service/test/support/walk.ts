import { expect } from 'chai';
import type { Answer, HttpClient, Page } from './http-client.ts';

/** All items of a list, page by page along `Link: rel="next"`. `between` is called after each page but the last. */
export async function walk<T>(
  { get }: HttpClient,
  firstPath: string,
  between: (pagesSoFar: number) => Promise<void> = async () => {},
): Promise<T[]> {
  const items: T[] = [];
  let path: string | undefined = firstPath;
  for (let pages = 1; path !== undefined; pages++) {
    const { status, body, headers }: Answer<Page<T>> = await get(path);
    expect(status, JSON.stringify(body)).to.equal(200);
    items.push(...body.data);
    path = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    const cursor = path === undefined ? null : new URLSearchParams(path.split('?')[1]).get('cursor');
    expect(body.nextCursor).to.equal(cursor);
    if (path !== undefined) await between(pages);
  }
  return items;
}
