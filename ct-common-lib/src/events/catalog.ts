import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { PoisonMessageError } from '../errors.ts';
import { envelopeSchema } from './envelope.ts';
import { ratingUpdatedSchema } from './rating-updated.ts';
import { reviewCreatedSchema, reviewDeletedSchema, reviewUpdatedSchema } from './review-events.ts';

/** Every event type of the system with its schema: the one definition. */
export const catalog = {
  'review-created': reviewCreatedSchema,
  'review-updated': reviewUpdatedSchema,
  'review-deleted': reviewDeletedSchema,
  'rating-updated': ratingUpdatedSchema,
} as const;

export type EventType = keyof typeof catalog;
export type EventOf<T extends EventType> = z.output<(typeof catalog)[T]>;
export type Event = { [T in EventType]: EventOf<T> }[EventType];
export type ReviewEvent = EventOf<'review-created' | 'review-updated' | 'review-deleted'>;

export const reviewEventTypes = ['review-created', 'review-updated', 'review-deleted'] as const;

export interface NewEvent<T extends EventType> {
  /** Default: a fresh UUIDv7. Give one where a repetition must be recognisable. */
  id?: string;
  source: string;
  subject: string;
  /** Default: now. */
  time?: Date;
  /** Of the span that it follows from. Default: none. */
  traceparent?: string | undefined;
  data: EventOf<T>['data'];
}

/** Builds an event and checks it against its schema. Throws {@link PoisonMessageError} if it does not fit. */
export function createEvent<T extends EventType>(
  type: T,
  { id, source, subject, time, traceparent, data }: NewEvent<T>,
): EventOf<T> {
  return parseEvent({
    specversion: '1.0',
    id: id ?? uuidv7(),
    source,
    type,
    subject,
    time: (time ?? new Date()).toISOString(),
    datacontenttype: 'application/json',
    ...(traceparent !== undefined && { traceparent }),
    data,
  }) as EventOf<T>;
}

/** The bytes of one event in JSON structured mode. */
export function encodeEvent(event: Event): Buffer {
  return Buffer.from(JSON.stringify(event));
}

/**
 * Reads the bytes of one event. Throws {@link PoisonMessageError} with code `NOT_JSON`, `NOT_A_CLOUDEVENT`,
 * `UNKNOWN_EVENT_TYPE` or `EVENT_SCHEMA`: no retry would make such a message right.
 */
export function decodeEvent(bytes: Buffer): Event {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new PoisonMessageError('NOT_JSON', { detail: 'The message is not JSON', cause });
  }
  return parseEvent(json);
}

function parseEvent(json: unknown): Event {
  const type = typeOf(json);
  if (isEventType(type)) {
    const event = catalog[type].safeParse(json);
    if (event.success) return event.data;
    // Looked at apart only to tell what is wrong: each type's schema includes the envelope's.
    assertEnvelope(json);
    throw poison('EVENT_SCHEMA', `The message is no ${type} event`, event.error);
  }
  assertEnvelope(json);
  throw new PoisonMessageError('UNKNOWN_EVENT_TYPE', {
    detail: `Nothing here knows events of type ${JSON.stringify(type)}`,
  });
}

function typeOf(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'type' in json ? json.type : undefined;
}

function assertEnvelope(json: unknown): void {
  const { success, error } = envelopeSchema.safeParse(json);
  if (!success) throw poison('NOT_A_CLOUDEVENT', 'The message is no CloudEvent 1.0', error);
}

function isEventType(type: unknown): type is EventType {
  return typeof type === 'string' && Object.hasOwn(catalog, type);
}

function poison(code: string, what: string, error: z.ZodError) {
  const faults = error.issues
    .map((issue) => `${issue.path.join('.') || 'message'}: ${issue.message}`)
    .join('; ');
  return new PoisonMessageError(code, { detail: `${what} (${faults})`, cause: error });
}
