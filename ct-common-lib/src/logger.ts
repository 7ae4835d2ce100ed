import { pino, type Logger } from 'pino';

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

/** JSON lines, RFC 3339 time, secrets and review texts redacted. */
export function createLogger({ name, level = 'info', destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    redact: redactedPaths,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options);
}
