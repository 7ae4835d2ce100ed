import { withSecretFiles } from 'ct-common-lib';
import { ImportError } from './import-error.ts';
import { runImport } from './run-import.ts';

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());

process.exitCode = await runImport(process.argv.slice(2), {
  signal: interruption.signal,
  withDatabase: (work) => {
    const { DATABASE_URL } = withSecretFiles(['DATABASE_URL'], process.env);
    if (DATABASE_URL) return work(DATABASE_URL);
    throw new ImportError(
      'USAGE',
      'DATABASE_URL is not set; give the URL of the PostgreSQL that api-service uses.',
    );
  },
});
