import { runKeysCommand } from '../api-service/src/auth/commands.ts';

process.exitCode = await runKeysCommand(process.argv.slice(2));
