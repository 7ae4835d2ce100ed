import { z } from 'zod';
import { oneOf, urlSetting } from '../config.ts';

export interface TracingSettings {
  /** Where spans are posted, as OTLP over HTTP in JSON. */
  url: string;
  /** Default: the name that the service gives itself. */
  serviceName: string | undefined;
}

/** OpenTelemetry's own variables, as far as they decide whether there are traces; the others are read by its SDK. */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: urlSetting('http:', 'https:').optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: urlSetting('http:', 'https:').optional(),
  OTEL_TRACES_EXPORTER: oneOf('otlp', 'none').optional(),
  OTEL_SDK_DISABLED: oneOf('true', 'false').default('false'),
  OTEL_SERVICE_NAME: z.string().optional(),
};

type Environment = z.output<z.ZodObject<typeof tracingVariables>>;

const standardEndpoint = 'http://localhost:4318';

/** Undefined: nothing is traced. */
export function tracingSettingsOf(env: Environment): TracingSettings | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ofTraces } = env;
  const wanted = env.OTEL_TRACES_EXPORTER ?? ((endpoint ?? ofTraces) === undefined ? 'none' : 'otlp');
  if (wanted === 'none' || env.OTEL_SDK_DISABLED === 'true') return undefined;
  const url = ofTraces ?? `${(endpoint ?? standardEndpoint).replace(/\/+$/, '')}/v1/traces`;
  return { url, serviceName: env.OTEL_SERVICE_NAME };
}
