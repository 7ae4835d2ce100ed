// `npm run token` and `npm run keys` for the image: node dist/auth/main.js token|keys …
import { runKeysCommand, runTokenCommand } from './commands.ts';

const [command, ...args] = process.argv.slice(2);
if (command === 'token') process.exitCode = await runTokenCommand(args, process.env);
else if (command === 'keys') process.exitCode = await runKeysCommand(args);
else {
  console.error('Usage: node dist/auth/main.js token|keys …; --help after either says more');
  process.exitCode = 2;
}
