import { runImport } from '../api-service/src/import/run-import.ts';
import { withDatabases } from './databases.ts';

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());

process.exitCode = await runImport(process.argv.slice(2), {
  signal: interruption.signal,
  withDatabase: (work) => withDatabases(({ databaseUrl }) => work(databaseUrl)),
});
