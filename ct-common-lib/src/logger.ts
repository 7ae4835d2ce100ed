import { pino, stdSerializers, type Logger } from 'pino';
import { withoutSecrets } from './secrets.ts';
import { currentRequest } from './tracing/current.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** Name of the service, on every line. */
  name: string;
  /** pino level, default `info`. */
  level?: string;
  /** Where the lines go; default: standard output. */
  destination?: { write(line: string): void };
}

/** JSON lines with RFC 3339 times. Secrets, review texts and what a failed statement was given are left out. */
export function createLogger({ name, level = 'info', destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    hooks: { streamWrite: withoutSecrets },
    mixin: ofCurrentRequest,
    serializers: { err: serializeError },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Of what is done for a traced request; what it is otherwise done for is said by whoever knows. */
function ofCurrentRequest(): object {
  const request = currentRequest();
  if (!request) return {};
  const { requestId, traceId, spanId } = request;
  return { requestId, traceId, spanId };
}

const toldFields = ['code', 'facts', 'constraint', 'table', 'column', 'syscall', 'address', 'port'];

/** Sequelize and pg hang the statement, its parameters and whole rows on their errors: none of that is told. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { message, stack } = stdSerializers.err(error);
  const fields = error as Error & { parent?: unknown } & Record<string, unknown>;
  const told = toldFields.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]);
  return {
    type: error.name,
    message,
    stack,
    ...Object.fromEntries(told),
    ...(fields.parent instanceof Error && { parent: serializeError(fields.parent) }),
  };
}
