import { AppError, type AppErrorOptions } from 'ct-common-lib';

/** The command is wrong, the file cannot be read, or the database failed. */
type ImportErrorCode = 'USAGE' | 'INPUT' | 'DATABASE';

/** Stops an import; its message is the one sentence that the user sees. */
export class ImportError extends AppError {
  /** What the process exits with: 2 for a wrong command, else 1. */
  readonly exitCode: 1 | 2;

  constructor(code: ImportErrorCode, detail: string, options: Pick<AppErrorOptions, 'cause'> = {}) {
    super(code, { detail, ...options });
    this.exitCode = code === 'USAGE' ? 2 : 1;
  }
}
