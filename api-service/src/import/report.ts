import { constants } from 'node:fs';
import { access, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ImportError } from './import-error.ts';

export interface RefusedRow {
  line: number;
  /** The columns at fault, where the row itself could be read. */
  columns?: string[];
  error: string;
}

const bufferedCharacters = 64 * 1024;

/**
 * The file of refused rows, one JSON object a line, created with the first of them. What an earlier run left is
 * removed. Throws {@link ImportError} if nothing can be written there, so that nobody learns of it half-way, or if
 * the path leads to the `input` itself.
 */
export async function createReport(path: string, input: string) {
  const unwritable = (cause: unknown) =>
    new ImportError('INPUT', `The report ${path} cannot be written; name another file with --report.`, {
      cause,
    });
  let file: FileHandle | undefined;
  let buffered = '';

  async function flush() {
    if (buffered === '') return;
    try {
      file ??= await open(path, 'w');
      await file.appendFile(buffered);
    } catch (error) {
      throw unwritable(error);
    } finally {
      buffered = '';
    }
  }

  // By whatever name: what is removed here may not be what is to be read.
  if (await isSameFile(path, input)) {
    throw new ImportError(
      'USAGE',
      'The report cannot be the file itself; name another with --report. See --help.',
    );
  }
  try {
    await access(dirname(path), constants.W_OK);
    await rm(path, { force: true });
  } catch (error) {
    throw unwritable(error);
  }
  return {
    async add(row: RefusedRow) {
      buffered += `${JSON.stringify(row)}\n`;
      if (buffered.length >= bufferedCharacters) await flush();
    },
    async close() {
      await flush();
      await file?.close();
    },
  };
}

async function isSameFile(path: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([path, other].map((file) => stat(file).catch(() => undefined)));
  return one !== undefined && two !== undefined && one.dev === two.dev && one.ino === two.ino;
}
