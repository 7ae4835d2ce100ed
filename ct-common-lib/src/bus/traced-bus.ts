import type { Event } from '../events/index.ts';
import type { TraceSpan, Tracing } from '../tracing/tracing.ts';
import type { Bus, EventHandler } from './bus.ts';
import type { QueueName } from './topology.ts';

/**
 * A bus that continues the traces of events. Those that have a `traceparent` get a span when they are published, and one when they
 * are handled, and the `traceparent` of that in place of their own: whoever copies it into what follows from an event has the
 * whole way in one trace. Of several of one subject that are handled together the last one leads, and the others link to it.
 */
export function createTracedBus(bus: Bus, tracing: Tracing): Bus {
  function traced(handler: EventHandler, queue: QueueName): EventHandler {
    return async (events) => {
      if (events.every(({ traceparent }) => traceparent === undefined)) return handler(events);
      const leaders = new Map<string, TraceSpan>();
      const spans: TraceSpan[] = [];
      const handed = events
        .toReversed()
        .map((event) => {
          if (event.traceparent === undefined) return event;
          const leader = leaders.get(event.subject)?.traceparent;
          const span = begin(
            `process ${event.type}`,
            'consumer',
            event,
            {
              'messaging.destination.name': queue,
              'messaging.batch.message_count': events.length,
            },
            leader,
          );
          spans.push(span);
          if (leader === undefined) leaders.set(event.subject, span);
          return { ...event, traceparent: span.traceparent };
        })
        .toReversed();
      try {
        await handler(handed);
        for (const span of spans) span.end();
      } catch (error) {
        for (const span of spans) span.end({ failure: error });
        throw error;
      }
    };
  }

  function begin(
    name: string,
    kind: 'producer' | 'consumer',
    { traceparent, id, type, subject }: Event,
    attributes: Record<string, string | number> = {},
    link?: string,
  ) {
    return tracing.begin(name, {
      kind,
      parent: traceparent,
      links: link === undefined ? [] : [link],
      attributes: {
        'cloudevents.event_id': id,
        'cloudevents.event_type': type,
        'cloudevents.event_subject': subject,
        ...attributes,
      },
    });
  }

  return {
    ...bus,

    async publish(events) {
      const spans = events.map((event) =>
        event.traceparent === undefined ? undefined : begin(`publish ${event.type}`, 'producer', event),
      );
      const sent = events.map((event, index) =>
        spans[index] ? { ...event, traceparent: spans[index].traceparent } : event,
      );
      try {
        const outcomes = await bus.publish(sent);
        spans.forEach((span, index) => {
          const status = outcomes[index]?.status;
          span?.end(status === 'confirmed' ? {} : { failure: status });
        });
        return outcomes;
      } catch (error) {
        for (const span of spans) span?.end({ failure: error });
        throw error;
      }
    },

    subscribe(queue, handler, options) {
      bus.subscribe(queue, traced(handler, queue), options);
    },
  };
}
