import { z } from 'zod';

/** The media type of one CloudEvents 1.0 event in JSON structured mode. */
export const cloudEventsMediaType = 'application/cloudevents+json';

/**
 * The attributes that every event has (CloudEvents 1.0). `source` + `id` name one event for good: publishing
 * again after a fault repeats both. Unknown attributes are ignored, as a newer release may add some.
 */
export const envelopeSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  /** URI reference of the service that emits, e.g. `/api-service`. */
  source: z.string().min(1),
  type: z.string().min(1),
  /** The product id. */
  subject: z.guid().toLowerCase(),
  /** RFC 3339, UTC: when it happened, not when it was sent. */
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z.literal('application/json').optional(),
  /**
   * The span that it follows from (CloudEvents' Distributed Tracing extension, W3C Trace Context); none where nothing is traced. One that
   * is none is as if there were none: no event is refused for it.
   */
  traceparent: z
    .string()
    .regex(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
    .optional()
    .catch(undefined),
  data: z.unknown(),
});
