import { runTokenCommand } from '../api-service/src/auth/commands.ts';
import { dataDir } from './running.ts';

process.exitCode = await runTokenCommand(process.argv.slice(2), { ...process.env, DATA_DIR: dataDir });
