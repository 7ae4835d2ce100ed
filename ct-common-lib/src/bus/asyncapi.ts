import { z } from 'zod';
import { catalog, cloudEventsMediaType, type EventType } from '../events/index.ts';
import { exchangeName } from './topology.ts';

const summaries: Record<EventType, string> = {
  'review-created': 'A review was added.',
  'review-updated': 'Anything in a review changed, its text and its status included.',
  'review-deleted': 'A review was deleted, alone or with its product.',
  'rating-updated': 'Review events were applied, also if they turned out to be repetitions.',
};

/** The AsyncAPI 3.0 document of the events, made of the schemas that they are built and read with: what others may listen to. */
export function createAsyncApi({ version }: { version: string }) {
  const types = Object.keys(catalog) as EventType[];
  const each = <T>(of: (type: EventType) => T) => Object.fromEntries(types.map((type) => [type, of(type)]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'CT Reviews: events',
      version,
      description:
        `CloudEvents 1.0 in JSON structured mode, on the durable topic exchange ${exchangeName}, with the type as routing key. ` +
        'Each event comes at least once, in any order: go by data.version, the highest of which is the truth.',
      license: { name: 'MIT' },
    },
    defaultContentType: cloudEventsMediaType,
    channels: each((type) => ({
      address: type,
      messages: { [type]: { $ref: `#/components/messages/${type}` } },
      bindings: {
        amqp: {
          is: 'routingKey',
          exchange: { name: exchangeName, type: 'topic', durable: true, autoDelete: false, vhost: '/' },
          bindingVersion: '0.3.0',
        },
      },
    })),
    operations: each((type) => ({
      action: 'send',
      summary: summaries[type],
      channel: { $ref: `#/channels/${type}` },
      messages: [{ $ref: `#/channels/${type}/messages/${type}` }],
    })),
    components: {
      messages: each((type) => ({
        name: type,
        summary: summaries[type],
        contentType: cloudEventsMediaType,
        payload: {
          schemaFormat: 'application/schema+json;version=draft-07',
          schema: z.toJSONSchema(catalog[type], { io: 'input', target: 'draft-7' }),
        },
      })),
    },
  };
}
