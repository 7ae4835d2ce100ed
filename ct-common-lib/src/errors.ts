/** What every error of this system carries: a stable code, facts for the log, and the cause. */
export interface AppErrorOptions {
  /** A sentence that may be shown to a client: what is wrong and what to do. Default: the code. */
  detail?: string;
  /** Facts for the log, never shown to a client. */
  facts?: Record<string, unknown>;
  cause?: unknown;
}

/** Base of all errors that are raised on purpose. `code` is stable and part of the contract. */
export class AppError extends Error {
  readonly code: string;
  readonly detail: string;
  readonly facts: Record<string, unknown>;

  constructor(code: string, { detail = code, facts = {}, cause }: AppErrorOptions = {}) {
    super(detail, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.detail = detail;
    this.facts = facts;
  }
}

/** One fault in a body or query: a JSON pointer (RFC 6901) and a sentence. */
export interface FieldFault {
  pointer: string;
  detail: string;
}

/** The input does not validate: 400. */
export class InvalidInputError extends AppError {
  readonly errors: FieldFault[];

  constructor(code: string, options: AppErrorOptions & { errors?: FieldFault[] } = {}) {
    super(code, options);
    this.errors = options.errors ?? [];
  }
}

/** The thing asked for does not exist (any more): 404. */
export class NotFoundError extends AppError {}

/** Whoever asks for it has not shown who he is: 401. */
export class UnauthorizedError extends AppError {}

/** Whoever asks for it may not: 403. */
export class ForbiddenError extends AppError {}

/** The request contradicts the present state: 409. */
export class ConflictError extends AppError {
  /** The path of what stands in the way, for the client to go on with. */
  readonly location: string | undefined;

  constructor(code: string, { location, ...options }: AppErrorOptions & { location?: string } = {}) {
    super(code, options);
    this.location = location;
  }
}

/** The request is not the one that was sent under its idempotency key before: 422. */
export class KeyReusedError extends AppError {
  constructor() {
    super('IDEMPOTENCY_KEY_REUSED', {
      detail: 'Another request was sent with this Idempotency-Key. Take a new key for each new request.',
    });
  }
}

/** The thing has changed since the version that the request was made for: 412. */
export class VersionMismatchError extends AppError {
  constructor() {
    super('VERSION_MISMATCH', {
      detail:
        'It has changed since the version in If-Match. Read it again, and repeat the change on what it is now.',
    });
  }
}

/**
 * Something outside is unavailable and will be back: the same call may be made again.
 * HTTP answers 503 with Retry-After; a consumer tries the delivery again for as long as it takes.
 */
export class TransientError extends AppError {}

/** A write whose answer was lost, so that nobody here knows whether it was made: 503, but not to be repeated blindly. */
export class OutcomeUnknownError extends TransientError {
  constructor(cause: unknown) {
    super('OUTCOME_UNKNOWN', {
      detail:
        'The database was lost before it answered: the change may have been made. Read before you try again.',
      cause,
    });
  }
}

/** A message that no retry will ever make right. A consumer's handler throws it to park the message. */
export class PoisonMessageError extends AppError {}
