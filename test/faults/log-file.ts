import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const chunkBytes = 1 << 20;

/** A file that processes write to by themselves, so that it takes no memory here, and loses no line of who is killed. */
export function createLogFile(path: string) {
  const descriptor = openSync(path, 'a+');
  const counts = new Map<string, { lines: number; offset: number }>();

  function read(offset: number, bytes: number): Buffer {
    const chunk = Buffer.alloc(bytes);
    return chunk.subarray(0, readSync(descriptor, chunk, 0, bytes, offset));
  }

  return {
    path,
    /** To be given to a process as its standard output. */
    descriptor,

    /** The lines that contain `text`. Each call reads only what the last one for this text has not seen. */
    count(text: string): number {
      const count = counts.get(text) ?? { lines: 0, offset: 0 };
      counts.set(text, count);
      for (;;) {
        const chunk = read(count.offset, chunkBytes);
        // A line that is still being written is left for later.
        const lines = chunk.subarray(0, chunk.lastIndexOf('\n') + 1);
        if (lines.length === 0) return count.lines;
        count.lines += countLines(lines, text);
        count.offset += lines.length;
      }
    },

    /** Its last lines, from 4 KiB. */
    end(lines: number): string {
      const { size } = fstatSync(descriptor);
      const text = read(Math.max(0, size - 4_096), 4_096).toString();
      return text.trimEnd().split('\n').slice(-lines).join('\n');
    },

    close: () => closeSync(descriptor),
  };
}

export type LogFile = ReturnType<typeof createLogFile>;

function countLines(lines: Buffer, text: string): number {
  let count = 0;
  for (let at = lines.indexOf(text); at >= 0; at = lines.indexOf(text, lines.indexOf('\n', at))) count++;
  return count;
}
