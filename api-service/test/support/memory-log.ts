import { createLogger } from 'ct-common-lib';

/** Keeps the last lines of a log, in which there is one for each request, for whoever asks later what became of it. */
export function createMemoryLog(capacity: number) {
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line.trimEnd());
    if (lines.length > capacity) lines.shift();
  };

  return {
    log: createLogger({ name: 'test', level: 'debug', destination: { write } }),
    /** Those of the request with this id. */
    linesOf: (requestId: string) => lines.filter((line) => line.includes(JSON.stringify(requestId))),
  };
}
