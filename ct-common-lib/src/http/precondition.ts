import type { Request } from 'express';

/** An entity tag of {@link createRepresentation}, whose version has as many digits as every bigint may have. */
const ownTag = /^\s*"(\d{1,18})-[\w-]+"\s*$/;

/**
 * The versions of the thing that a write may start from, by `If-Match` (RFC 9110, 13.1.1); undefined: any. The hash of a tag
 * is not compared, so that a new rating is in the way of nobody who edits the product. A weak tag, or one that is not ours, is
 * no version.
 */
export function versionsToMatch({ headers }: Request): string[] | undefined {
  const header = headers['if-match'];
  if (header === undefined || header.trim() === '*') return undefined;
  return header.split(',').flatMap((tag) => ownTag.exec(tag)?.[1] ?? []);
}
