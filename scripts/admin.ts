import { runAdminCommand } from '../api-service/src/accounts/admin-command.ts';
import { withDatabases } from './databases.ts';

process.exitCode = await runAdminCommand(process.argv.slice(2), {
  withDatabase: (work) => withDatabases(({ databaseUrl }) => work(databaseUrl)),
});
