import { pino, stdSerializers, type Logger } from 'pino';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** Name of the service, on every line. */
  name: string;
  /** pino level, default `info`. */
  level?: string;
  /** Where the lines go; default: standard output. */
  destination?: { write(line: string): void };
}

// A log is read by more people than a database is: secrets and what customers wrote stay out of it.
const redactedPaths = [
  'password',
  'authorization',
  'req.headers.authorization',
  'req.headers.cookie',
  '*.password',
  'review.text',
  'review.title',
  'review.author',
];

/** JSON lines with RFC 3339 times. Secrets, review texts and what a failed statement was given are left out. */
export function createLogger({ name, level = 'info', destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    redact: redactedPaths,
    serializers: { err: serializeError },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options);
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
