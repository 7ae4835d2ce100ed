import { open, type FileHandle } from 'node:fs/promises';
import { ImportError } from './import-error.ts';

/** What some files begin with that are neither CSV nor NDJSON. */
const otherFormats = [
  { magic: [0x1f, 0x8b], what: 'is compressed with gzip; unpack it first (gunzip)' },
  {
    magic: [0x50, 0x4b, 0x03, 0x04],
    what: 'is a ZIP archive or an Excel workbook; unpack it, or save it as CSV',
  },
  { magic: [0xff, 0xfe], what: 'is UTF-16; save it as UTF-8' },
  { magic: [0xfe, 0xff], what: 'is UTF-16; save it as UTF-8' },
];

const byteOrderMark = [0xef, 0xbb, 0xbf];
const chunkBytes = 256 * 1024;

/** Opens a file to be imported. Throws {@link ImportError} if it is absent, empty, or plainly of another format. */
export async function openFile(path: string) {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw new ImportError('INPUT', `${path} is a directory; name a file.`);
    if (!stats.isFile())
      throw new ImportError('INPUT', `${path} is no regular file; save what it gives to a file first.`);
    if (stats.size === 0) throw new ImportError('INPUT', `${path} is empty: there is nothing to import.`);
    const start = await peek(file);
    const other = otherFormats.find(({ magic }) => startsWith(start, magic));
    if (other) throw new ImportError('INPUT', `${path} ${other.what}.`);
    return createFileBytes(file, stats.size, startsWith(start, byteOrderMark) ? byteOrderMark.length : 0);
  } catch (error) {
    await file.close();
    throw error instanceof ImportError ? error : unreadable(path, error);
  }
}

function createFileBytes(file: FileHandle, size: number, start: number) {
  let bytesRead = start;
  return {
    size,
    /** How far the file was read. */
    bytesRead: () => bytesRead,
    /** The file's bytes, without a byte order mark. */
    async *bytes(): AsyncGenerator<Buffer> {
      for (;;) {
        const { bytesRead: count, buffer } = await file.read(
          Buffer.allocUnsafe(chunkBytes),
          0,
          chunkBytes,
          bytesRead,
        );
        if (count === 0) return;
        bytesRead += count;
        yield buffer.subarray(0, count);
      }
    },
    close: () => file.close(),
  };
}

export type FileBytes = Awaited<ReturnType<typeof openFile>>;

async function peek(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
  return buffer.subarray(0, bytesRead);
}

const startsWith = (bytes: Buffer, magic: number[]) => magic.every((byte, index) => bytes[index] === byte);

function unreadable(path: string, cause: unknown): ImportError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new ImportError('INPUT', `There is no file ${path}.`, { cause });
  return new ImportError('INPUT', `${path} cannot be read (${code ?? String(cause)}).`, { cause });
}
