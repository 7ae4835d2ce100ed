import { parseArgs, type ParseArgsConfig } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * The options of the command line. Ends the process after `--help`, with exit code 0, and with one line and exit code 2
 * where there is something unknown among them.
 */
export function takeOptions<const O extends Options>(usage: string, options: O) {
  const help = { help: { type: 'boolean', short: 'h', default: false } } as const;
  try {
    const values = parseArgs<{ options: O & typeof help }>({ options: { ...options, ...help } }).values;
    if (!(values as { help?: boolean }).help) return values;
  } catch (error) {
    // What follows explains how to pass arguments that look like options, of which there are none.
    refuse((error as Error).message.split('. ')[0]!);
  }
  console.log(usage);
  return process.exit(0);
}

/** Says what is wrong with the command line, and ends the process with exit code 2. */
export function refuse(fault: string): never {
  console.error(`${fault.replace(/\.$/, '')}. See --help.`);
  return process.exit(2);
}
