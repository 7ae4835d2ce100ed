export interface Command<Arguments> {
  usage: string;
  /** Throws an Error whose message says what is wrong with the arguments. */
  readArguments: (args: string[]) => Arguments | 'help';
  /** Gives the exit code. */
  run: (given: Arguments) => Promise<number>;
}

/** Runs a command with what it was given, and ends this process: with exit code 2 where that is wrong. */
export async function runCommand<Arguments>({
  usage,
  readArguments,
  run,
}: Command<Arguments>): Promise<never> {
  let given: Arguments | 'help';
  try {
    given = readArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
  if (given === 'help') {
    console.log(usage);
    process.exit(0);
  }
  // Not only the exit code: a run that broke off may have left watchers behind.
  process.exit(await run(given));
}
