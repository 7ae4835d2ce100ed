import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/** The bytes of a JSON answer with their entity tag, quoted as in the header. */
export interface Representation {
  etag: string;
  body: Buffer;
}

/**
 * The JSON of `value` at a version of it. The entity tag is `"<version>-<hash of the bytes>"`: the version tells
 * whether the thing itself has changed, the hash whether anything in the answer has, also by a repair in SQL.
 */
export function createRepresentation(version: string, value: object): Representation {
  const body = Buffer.from(JSON.stringify(value));
  return { etag: `"${version}-${hashOf(body)}"`, body };
}

const hashOf = (data: Buffer | string) => createHash('sha256').update(data).digest('base64url').slice(0, 16);

/** Keeps a representation in a cache as its bytes, so that a hit is sent without being parsed. */
export const representationCodec = {
  encode({ etag, body }: Representation): Buffer {
    const tag = Buffer.from(etag, 'latin1');
    return Buffer.concat([Buffer.of(tag.length), tag, body]);
  },
  decode(bytes: Buffer): Representation {
    const length = bytes[0] ?? 0;
    return { etag: bytes.toString('latin1', 1, 1 + length), body: bytes.subarray(1 + length) };
  },
};

/** Sends a representation with its ETag, or 304 if the client has it. Caches may keep it, but must ask each time. */
export function sendRepresentation(req: Request, res: Response, { etag, body }: Representation): void {
  send(req, res, etag, () => body);
}

function send(req: Request, res: Response, etag: string, makeBody: () => Buffer): void {
  res.setHeader('ETag', etag);
  res.setHeader('Cache-Control', 'no-cache');
  if (isRead(req) && matches(req.headers['if-none-match'], etag)) {
    res.status(304).end();
    return;
  }
  const body = makeBody();
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.setHeader('Content-Length', body.length);
  res.end(body);
}

const isRead = ({ method }: Request) => method === 'GET' || method === 'HEAD';

/** `If-None-Match` compares weakly (RFC 9110, 13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header === etag || header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

export interface Page {
  items: Representation[];
  nextCursor: string | null;
}

/**
 * Sends `{data: […], nextCursor}` made of the items' own bytes, and a `Link` to the next page, which is this
 * request's URL with the cursor in it. The ETag is a hash of the items' own, so that what the client has is not put together.
 */
export function sendPage(req: Request, res: Response, page: Page): void {
  const { items, nextCursor } = page;
  if (nextCursor !== null) {
    const next = new URL(req.originalUrl, 'http://relative.invalid');
    next.searchParams.set('cursor', nextCursor);
    res.setHeader('Link', `<${next.pathname}${next.search}>; rel="next"`);
  }
  const hash = hashOf([nextCursor, ...items.map(({ etag }) => etag)].join());
  send(req, res, `"${hash}"`, () => bytesOf(page));
}

function bytesOf({ items, nextCursor }: Page): Buffer {
  const parts: Buffer[] = [Buffer.from('{"data":[')];
  items.forEach(({ body }, index) => parts.push(...(index > 0 ? [comma, body] : [body])));
  parts.push(Buffer.from(`],"nextCursor":${JSON.stringify(nextCursor)}}`));
  return Buffer.concat(parts);
}

const comma = Buffer.from(',');
