// `npm run token`, `npm run keys` and `npm run admin` for the image: node dist/auth/main.js token|keys|admin …
import { withSecretFiles } from 'ct-common-lib';
import { runAdminCommand } from '../accounts/admin-command.ts';
import { runKeysCommand, runTokenCommand } from './commands.ts';

const [command, ...args] = process.argv.slice(2);
const commands: Record<string, () => Promise<number>> = {
  token: () => runTokenCommand(args, process.env),
  keys: () => runKeysCommand(args),
  admin: () =>
    runAdminCommand(args, {
      withDatabase: (work) => work(withSecretFiles(['DATABASE_URL'], process.env).DATABASE_URL ?? ''),
    }),
};

if (commands[command ?? '']) process.exitCode = await commands[command!]!();
else {
  console.error(
    `Usage: node dist/auth/main.js ${Object.keys(commands).join('|')} …; --help after either says more`,
  );
  process.exitCode = 2;
}
