/** A line that counts what has been done, rewritten in place; nothing where standard error is no terminal. */
export function createProgress(what: string) {
  const show = process.stderr.isTTY;
  let shownAt = 0;
  return {
    update(count: number): void {
      if (!show || Date.now() - shownAt < 100) return;
      shownAt = Date.now();
      process.stderr.write(`\r${count} ${what}`);
    },
    stop(): void {
      if (show) process.stderr.write('\r\u001b[K');
    },
  };
}
