import { TransientError } from './errors.ts';

/** The outcome of `work`, or `TransientError('TIMED_OUT')` after `timeoutMs`; what comes later is ignored. */
export function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let late: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => {
      // After a pause of this process timers come first: let an answer that has arrived win. The first turn of the event loop
      // may be as long as the pause, under load; what arrived in it is read in the second.
      late = setImmediate(() => {
        late = setImmediate(() =>
          reject(new TransientError('TIMED_OUT', { detail: `No answer within ${timeoutMs} ms` })),
        );
      });
    }, timeoutMs);
    const settled = () => {
      clearTimeout(timer);
      clearImmediate(late);
    };
    work.then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: Error) => {
        settled();
        reject(error);
      },
    );
  });
}
