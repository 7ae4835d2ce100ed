import type { Attributes, Context, SpanContext } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Logger } from '../logger.ts';
import { within } from '../within.ts';
import type { TracingSettings } from './tracing-settings.ts';

export interface TracingOptions extends TracingSettings {
  /** Of the service, unless the settings have another one. */
  name: string;
  log: Logger;
}

export interface SpanOptions {
  kind: 'server' | 'producer' | 'consumer';
  /** W3C's `traceparent` of what led to it; without one, or with one that is none, it begins a trace. */
  parent?: string | undefined;
  /** Others of the kind that had to do with it. */
  links?: string[];
  attributes?: Attributes;
}

const exportTimeoutMs = 5_000;
const stopTimeoutMs = 3_000;

/**
 * Spans of one service, by OpenTelemetry, which is loaded here and nowhere else. They are sent in the background, from a queue of 2,048: a
 * collector that is away loses them, and holds up nothing. Sampling is by `OTEL_TRACES_SAMPLER`.
 */
export async function createTracing({ name, serviceName = name, url, log }: TracingOptions) {
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } = await import('@opentelemetry/api');
  const { parseTraceParent } = await import('@opentelemetry/core');
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } =
    await import('@opentelemetry/resources');
  const { BasicTracerProvider, BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');

  const exporter = new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs });
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(detectResources({ detectors: [envDetector] }))
      .merge(resourceFromAttributes({ 'service.name': serviceName })),
    spanProcessors: [
      new BatchSpanProcessor(telling(exporter, url, log), { exportTimeoutMillis: exportTimeoutMs }),
    ],
  });
  const tracer = provider.getTracer('ct-reviews');
  const kinds = { server: SpanKind.SERVER, producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER };

  function contextOf(traceparent: string | undefined): Context {
    const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
    return parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT;
  }

  return {
    /** Begins a span, which ends when its `end` is called. */
    begin(name: string, { kind, parent, links = [], attributes = {} }: SpanOptions) {
      const linked = links.map(parseTraceParent).filter((context) => context !== null);
      const options = { kind: kinds[kind], attributes, links: linked.map((context) => ({ context })) };
      const span = tracer.startSpan(name, options, contextOf(parent));
      const context = span.spanContext();
      const isRecorded = (context.traceFlags & TraceFlags.SAMPLED) !== 0;
      return {
        traceId: context.traceId,
        spanId: context.spanId,
        /** For what follows from it; undefined: it is not recorded, so nothing of that need be. */
        traceparent: isRecorded ? traceparentOf(context) : undefined,
        /** `failure`: its code or class is told, and not its message, which may hold anything. */
        end({
          name,
          attributes,
          failure,
        }: { name?: string; attributes?: Attributes; failure?: unknown } = {}) {
          if (name !== undefined) span.updateName(name);
          if (attributes) span.setAttributes(attributes);
          if (failure !== undefined) {
            span.setAttribute('error.type', codeOf(failure));
            span.setStatus({ code: SpanStatusCode.ERROR });
          }
          span.end();
        },
      };
    },

    /** Sends what is left, for 3 s at the most. */
    async stop(): Promise<void> {
      await within(stopTimeoutMs, provider.shutdown()).catch((error: unknown) =>
        log.debug({ err: error }, 'spans were lost at the stop'),
      );
    },
  };
}

export type Tracing = Awaited<ReturnType<typeof createTracing>>;
export type TraceSpan = ReturnType<Tracing['begin']>;

const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext) =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

function codeOf(failure: unknown): string {
  if (typeof failure === 'string') return failure;
  if (!(failure instanceof Error)) return typeof failure;
  return 'code' in failure && typeof failure.code === 'string' ? failure.code : failure.name;
}

/** Says once that spans are lost, and once that they are not any more. */
function telling(exporter: SpanExporter, url: string, log: Logger): SpanExporter {
  let isAway = false;
  return {
    export(spans: ReadableSpan[], done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !isAway)
          log.warn({ err: result.error, url }, 'spans are lost: the collector does not take them');
        if (!failed && isAway) log.info({ url }, 'the collector takes spans again');
        isAway = failed;
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
