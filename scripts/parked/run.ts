import { AppError } from 'ct-common-lib';
import { createProgress } from '../progress.ts';
import { help, parseArguments, type ParkedArguments } from './arguments.ts';
import type { Action, ParkedMessage, Parking } from './parking.ts';
import { printableLines } from './printable.ts';
import { withParkings, type Sources } from './sources.ts';

export interface RunOptions extends Sources {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
  /** Asks at a terminal. Undefined: there is none. */
  ask: ((question: string) => Promise<boolean>) | undefined;
}

/**
 * Runs the command with its arguments (see `help`) and gives the exit code: 0, 1 if something failed or was not found,
 * 2 if the command is wrong. Throws only what is a bug, or what RabbitMQ or PostgreSQL say unasked.
 */
export async function runEventsParked(argv: string[], options: RunOptions): Promise<number> {
  const { stdout, stderr } = options;
  const progress = createProgress('messages looked at');
  const print = (text: string) => {
    progress.stop();
    stdout.write(`${text}\n`);
  };
  const notice = (text: string) => {
    progress.stop();
    // An error may quote what is in a message or a row.
    stderr.write(`${printableLines(text)}\n`);
  };
  let seen = 0;
  try {
    const given = parseArguments(argv);
    if (given === 'help') {
      stdout.write(help);
      return 0;
    }
    if (given.command === 'discard' && !given.yes && !options.ask)
      throw new AppError('USAGE', {
        detail: 'discard is for good: give --yes, as there is no terminal to ask at.',
      });
    const onSeen = () => progress.update(++seen);
    return await withParkings(options, given.origin, { notice, onSeen }, async (parkings) => {
      switch (given.command) {
        case 'list':
          return list(parkings, given, print);
        case 'show':
          return show(parkings, given, { print, notice });
        case 'discard': {
          const counts = await countAll(parkings);
          if (!given.yes && !(await options.ask?.(questionOf(counts, given)))) {
            notice('Nothing was discarded.');
            return 1;
          }
          return take('discard', counts, given, { print, notice });
        }
        case 'requeue':
          return take('requeue', await countAll(parkings), given, { print, notice });
      }
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { message, code } = error as Error & { code?: string };
    notice(error instanceof AppError ? error.detail : `It could not be finished: ${message || code}`);
    return code === 'USAGE' ? 2 : 1;
  } finally {
    progress.stop();
  }
}

interface Voice {
  print: (text: string) => void;
  notice: (text: string) => void;
}

const number = (value: number) => value.toLocaleString('en');
const messages = (count: number) => `${number(count)} ${count === 1 ? 'message' : 'messages'}`;

async function list(parkings: Parking[], { limit }: ParkedArguments, print: Voice['print']) {
  const shown: ParkedMessage[] = [];
  const counts: string[] = [];
  for (const parking of parkings) {
    const count = await parking.count();
    const before = shown.length;
    await parking.look(limit, (message) => shown.push(message));
    const here = shown.length - before;
    if (here < count)
      counts.push(
        `${messages(count)} from ${parking.origin}, of which the oldest ${number(here)} are shown (--limit)`,
      );
    else if (here > 0) counts.push(`${messages(here)} from ${parking.origin}`);
  }
  if (counts.length === 0) {
    print('Nothing is parked.');
    return 0;
  }
  printTable(shown.map(columnsOf), print);
  print(`\nParked: ${counts.join(', ')}.`);
  return 0;
}

const longestReason = 120;

function columnsOf({
  origin,
  id,
  type,
  code,
  failedAt,
  attempts,
  reason,
}: ParkedMessage): Record<string, string> {
  return {
    QUEUE: origin,
    ID: id,
    TYPE: type ?? '-',
    CODE: code ?? '-',
    'FIRST FAILED': failedAt ?? '-',
    ATTEMPTS: attempts === null ? '-' : String(attempts),
    REASON: reason.length > longestReason ? `${reason.slice(0, longestReason)}…` : reason,
  };
}

function printTable(rows: Record<string, string>[], print: Voice['print']) {
  const names = Object.keys(rows[0] ?? {});
  const widths = names.map((name) =>
    rows.reduce((width, row) => Math.max(width, row[name]!.length), name.length),
  );
  const line = (cells: string[]) =>
    cells.map((cell, column) => (column < names.length - 1 ? cell.padEnd(widths[column]!) : cell)).join('  ');
  print(line(names));
  for (const row of rows) print(line(names.map((name) => row[name]!)));
}

async function show(parkings: Parking[], { ids }: ParkedArguments, { print, notice }: Voice) {
  const unknown = new Set(ids);
  for (const parking of parkings) {
    await parking.look(Infinity, (message) => {
      if (!ids?.has(message.id)) return;
      unknown.delete(message.id);
      const { ID, REASON: _, ...facts } = columnsOf(message);
      print(`${ID}\n`);
      for (const [name, value] of Object.entries({ ...facts, REASON: message.reason }))
        print(`  ${name.padEnd(12)}  ${value}`);
      for (const [title, text] of message.details()) print(`\n${title}:\n${text}`);
      print('');
    });
  }
  return tellUnknown(unknown, notice);
}

type Counts = Map<Parking, number>;

async function countAll(parkings: Parking[]): Promise<Counts> {
  const counts: Counts = new Map();
  for (const parking of parkings) counts.set(parking, await parking.count());
  return counts;
}

/** All means no more than was counted, as the question told. */
async function take(action: Action, counts: Counts, { ids }: ParkedArguments, { print, notice }: Voice) {
  const unknown = new Set(ids);
  const word = action === 'requeue' ? 'requeued' : 'discarded';
  let taken = 0;
  const done = ({ origin, id, type, code }: ParkedMessage) => {
    taken++;
    unknown.delete(id);
    print(`${word}  ${[origin, id, type ?? '-', code ?? '-'].join('  ')}`);
  };
  try {
    for (const [parking, count] of counts)
      await (ids ? parking.take(action, ids, done) : parking.takeAll(action, count, done));
  } finally {
    print(`${messages(taken)} ${word}.`);
  }
  return tellUnknown(unknown, notice);
}

function tellUnknown(unknown: Set<string>, notice: Voice['notice']): number {
  for (const id of unknown) notice(`Nothing is parked with the id ${id}.`);
  return unknown.size > 0 ? 1 : 0;
}

function questionOf(counts: Counts, { ids }: ParkedArguments): string {
  if (ids) return `Discard what has the id ${[...ids].join(' or ')} for good?`;
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return `Discard all that is parked, ${messages(total)}, for good?`;
}
