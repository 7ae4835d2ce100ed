import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A span as it was sent, with what is looked at here. */
export interface SentSpan {
  service: string;
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  links: { traceId: string; spanId: string }[];
  attributes: Record<string, unknown>;
  /** 2: an error. */
  status: number;
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}
interface Body {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      spans: {
        name: string;
        kind: number;
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        links?: { traceId: string; spanId: string }[];
        attributes: Attribute[];
        status: { code?: number };
      }[];
    }[];
  }[];
}

const valuesOf = (attributes: Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/**
 * A collector of OTLP over HTTP, in JSON, that keeps what it is sent. One that hangs takes connections and answers nothing; one that refuses
 * cuts each of them off.
 */
export async function startCollector({ hangs = false, refuses = false } = {}) {
  const spans: SentSpan[] = [];
  const bodies: string[] = [];
  const server = createServer((req, res) => {
    if (hangs) return;
    void json(req).then((body) => {
      bodies.push(JSON.stringify(body));
      for (const { resource, scopeSpans } of (body as Body).resourceSpans)
        for (const span of scopeSpans.flatMap(({ spans }) => spans))
          spans.push({
            service: String(valuesOf(resource.attributes)['service.name']),
            name: span.name,
            kind: span.kind,
            traceId: span.traceId,
            spanId: span.spanId,
            parentSpanId: span.parentSpanId || undefined,
            links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId })),
            attributes: valuesOf(span.attributes),
            status: span.status.code ?? 0,
          });
      res.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  if (refuses) server.on('connection', (socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    /** All that was sent, to look for what must not be in it. */
    sent: () => bodies.join(),
    stop() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export type Collector = Awaited<ReturnType<typeof startCollector>>;
