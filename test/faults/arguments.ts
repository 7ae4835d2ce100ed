import { parseArgs } from 'node:util';

export const usage = `Usage: npm run test:faults -- [options]

Breaks a whole system, as built for production, in every way it knows, while 20 clients work, and looks whether
anything is ever lost, wrong or late.

  --seed N       the schedule to play; the same seed deals the same faults (default: a random one, which is printed)
  --minutes M    how long faults go on (default 2)
  --only TEXT    only faults whose names contain TEXT; what must happen in a run is then not asked for
  --list         prints the faults
  --keep         leaves the folder with all logs; it stays by itself when something was wrong`;

export interface Arguments {
  seed: number;
  minutes: number;
  only: string | undefined;
  list: boolean;
  keep: boolean;
}

/** Throws an Error whose message says what is wrong with the arguments. */
export function readArguments(args: string[]): Arguments | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string' },
      only: { type: 'string' },
      list: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('--seed must be a whole number from 0');
  const minutes = Number(values.minutes ?? 2);
  if (!(minutes > 0 && minutes <= 24 * 60))
    throw new Error('--minutes must be a number above 0, 1440 at the most');
  return { seed, minutes, only: values.only, list: values.list, keep: values.keep };
}
