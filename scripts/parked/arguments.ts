import { parseArgs } from 'node:util';
import { AppError } from 'ct-common-lib';
import { parkedQueueOf, queues } from 'ct-common-lib/bus';

/** What was parked comes from one of these: the queues of RabbitMQ, and the outbox tables of the API's database. */
export const queueNames = Object.keys(queues);
export const tableNames = ['outbox', 'cache_invalidation'];

export interface ParkedArguments {
  command: 'list' | 'show' | 'requeue' | 'discard';
  /** Undefined: all of them. Never undefined for `show`. */
  ids: Set<string> | undefined;
  /** One of {@link queueNames} or {@link tableNames}. Undefined: all of these. */
  origin: string | undefined;
  /** Messages of each origin that `list` shows. */
  limit: number;
  /** `discard` does not ask. */
  yes: boolean;
}

export const help = `Shows what was put aside because no retry would make it right, puts it back, or throws it away.

  npm run events:parked -- list                 one line for each message, the oldest first
  npm run events:parked -- show ID…             all that is known of a message, and its body
  npm run events:parked -- requeue ID…|--all    puts it back where it came from
  npm run events:parked -- discard ID…|--all    throws it away for good

  --queue NAME   only what comes from it: ${queueNames.join(', ')},
                 or the tables ${tableNames.join(' and ')}
  --limit N      messages of each that list shows. Default: 1000
  --all          all that are parked now
  --yes          discard without a question
  --help         prints this

It looks into the parking queues at RABBITMQ_URL (with NAME_PREFIX), and into the parked rows of the API's database: that of
DATABASE_URL, else that of the running \`npm start\`. An id names every message that has it, as the same event may have
been parked twice; one that came without an id is named by its bytes, as ~ and a hash.

Exit code: 0, 1 if something failed or was not found, 2 if the command is wrong.
`;

const options = {
  all: { type: 'boolean', default: false },
  queue: { type: 'string' },
  limit: { type: 'string', default: '1000' },
  yes: { type: 'boolean', short: 'y', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Reads the command line. Throws {@link AppError} `USAGE` on a wrong one. */
export function parseArguments(argv: string[]): ParkedArguments | 'help' {
  const { values, positionals } = parse(argv);
  if (values.help) return 'help';
  const [command, ...ids] = positionals;
  const { all, yes, queue, limit } = values;
  switch (command) {
    case 'list':
      if (ids.length > 0 || all) throw usage('list takes no ids: it shows all that is parked.');
      break;
    case 'show':
      if (ids.length === 0 || all) throw usage('Name the ids of what to show; list tells them.');
      break;
    case 'requeue':
    case 'discard':
      if (ids.length > 0 === all) throw usage(`Name the ids of what to ${command}, or else give --all.`);
      break;
    case undefined:
      throw usage('Say what to do: list, show, requeue or discard.');
    default:
      throw usage(
        `There is no command ${JSON.stringify(command)}; there are list, show, requeue and discard.`,
      );
  }
  if (yes && command !== 'discard') throw usage('--yes is for discard alone.');
  if (!/^[1-9]\d{0,8}$/.test(limit)) throw usage(`--limit must be a whole number from 1, not ${limit}.`);
  return {
    command,
    ids: ids.length > 0 ? new Set(ids) : undefined,
    origin: queue === undefined ? undefined : originOf(queue),
    limit: Number(limit),
    yes,
  };
}

function originOf(given: string): string {
  const origin = [...queueNames, ...tableNames].find(
    (name) => given === name || given === parkedQueueOf(name) || given === `${name}_parked`,
  );
  if (origin) return origin;
  throw usage(`--queue must be one of ${[...queueNames, ...tableNames].join(', ')}, not ${given}.`);
}

function parse(argv: string[]) {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true });
  } catch (cause) {
    throw usage((cause as Error).message);
  }
}

const usage = (sentence: string) => new AppError('USAGE', { detail: `${sentence} See --help.` });
