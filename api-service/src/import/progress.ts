import cliProgress from 'cli-progress';

interface Terminal extends NodeJS.WritableStream {
  isTTY?: boolean;
}

/** A progress bar by bytes on a terminal; nothing on anything else. */
export function createProgress(stream: Terminal, totalBytes: number) {
  if (!stream.isTTY) return { update(_bytes: number, _rows: number) {}, stop() {} };
  const bar = new cliProgress.SingleBar({
    stream,
    format: '{bar} {percentage} % | {rows} rows | {rate} rows/s',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
  });
  const started = performance.now();
  bar.start(totalBytes, 0, { rows: '0', rate: '0' });
  return {
    update(bytes: number, rows: number) {
      const seconds = Math.max(0.001, (performance.now() - started) / 1000);
      bar.update(bytes, {
        rows: rows.toLocaleString('en'),
        rate: Math.round(rows / seconds).toLocaleString('en'),
      });
    },
    stop: () => bar.stop(),
  };
}
