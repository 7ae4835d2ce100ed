import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InvalidInputError } from 'ct-common-lib';

/** Where a page ended: the sort value of its last row, as text, and that row's id. */
export interface Position {
  value: string;
  id: string;
}

const positionSchema = z.tuple([z.string(), z.guid()]);

/** What a cursor belongs to: the list, its sort and its filters. */
export type ListIdentity = Record<string, unknown>;

/**
 * An opaque cursor. It carries a checksum over the position and over the list that it belongs to, so that a
 * damaged cursor, or one of another list, is told instead of giving a wrong page. It is no secret: the values in
 * it are bound as parameters like any other input.
 */
export function encodeCursor({ value, id }: Position, list: ListIdentity): string {
  const position = JSON.stringify([value, id]);
  return Buffer.concat([checksum(position, list), Buffer.from(position)]).toString('base64url');
}

/** Throws {@link InvalidInputError} `CURSOR_INVALID` if the cursor was not made for this list. */
export function decodeCursor(cursor: string, list: ListIdentity): Position {
  const bytes = Buffer.from(cursor, 'base64url');
  const position = bytes.subarray(checksumBytes).toString();
  // The second comparison refuses other spellings of the same bytes, which base64url decoding forgives.
  if (
    !bytes.subarray(0, checksumBytes).equals(checksum(position, list)) ||
    bytes.toString('base64url') !== cursor
  ) {
    throw invalidCursor();
  }
  try {
    const [value, id] = positionSchema.parse(JSON.parse(position));
    return { value, id };
  } catch (cause) {
    throw invalidCursor(cause);
  }
}

const checksumBytes = 9;

function checksum(position: string, list: ListIdentity): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(list))
    .update('\n')
    .update(position)
    .digest()
    .subarray(0, checksumBytes);
}

/** `cause`: what somebody who forged the checksum has put in. */
export function invalidCursor(cause?: unknown) {
  const detail =
    'The cursor does not belong to this list. Take it unchanged from nextCursor, with the same sort and filters.';
  return new InvalidInputError('CURSOR_INVALID', {
    detail,
    cause,
    errors: [{ pointer: '/cursor', detail: 'query: not a cursor of this list' }],
  });
}
