import type { Reply } from '../faults/load/call.ts';
import { answerOf } from '../faults/load/operation-log.ts';

interface Act {
  name: string;
  startedAt: number;
  reads: Requests;
  writes: Requests;
  /** How often each answer that is a failure was given. */
  failures: Map<string, number>;
  lags: number;
}

interface Requests {
  failed: number;
  latenciesMs: number[];
}

const isFailure = ({ status, lost }: Reply) => lost !== undefined || status >= 500;
const percent = (part: number, whole: number) => `${whole === 0 ? 0 : ((100 * part) / whole).toFixed(2)} %`;

/** Counts what clients were answered, act by act. A request that failed counts as one, however it ends when it is sent again. */
export function createTally() {
  const acts: Act[] = [];

  function quantile(values: number[], share: number): number {
    const sorted = values.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  }

  const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
  const failedIn = ({ reads, writes }: Act) => reads.failed + writes.failed;
  const requestsIn = ({ reads, writes }: Act) => reads.latenciesMs.length + writes.latenciesMs.length;

  return {
    /** What is counted from now on belongs to this. */
    begin(name: string) {
      const none = () => ({ failed: 0, latenciesMs: [] });
      acts.push({ name, startedAt: Date.now(), reads: none(), writes: none(), failures: new Map(), lags: 0 });
    },

    count(method: string, reply: Reply) {
      const act = acts.at(-1)!;
      const requests = method === 'GET' ? act.reads : act.writes;
      requests.latenciesMs.push(reply.endedAt - reply.startedAt);
      if (!isFailure(reply)) return;
      requests.failed++;
      const answer = `${method} ${answerOf(reply)}`;
      act.failures.set(answer, (act.failures.get(answer) ?? 0) + 1);
    },

    /** A read that was allowed to show what was before. */
    lag: () => void acts.at(-1)!.lags++,

    requests: () => sum(acts.map(requestsIn)),

    print() {
      console.log('\nRequests       failed   reads p50/p99   writes p50/p99   while');
      for (const act of acts) {
        const [reads, writes] = [act.reads, act.writes].map(({ latenciesMs }) =>
          `${quantile(latenciesMs, 0.5)}/${quantile(latenciesMs, 0.99)} ms`.padStart(13),
        );
        const count = String(requestsIn(act)).padStart(8);
        const failed = percent(failedIn(act), requestsIn(act)).padStart(10);
        console.log(`${count}   ${failed}   ${reads}    ${writes}   ${act.name}`);
        for (const [answer, times] of act.failures)
          console.log(`${' '.repeat(11)}${String(times).padStart(10)}   ${answer}`);
      }
      const [failed, all] = [sum(acts.map(failedIn)), sum(acts.map(requestsIn))];
      console.log(
        `\nOf ${all} requests ${failed} failed, ${percent(failed, all)}; all of their writes were done in the end.`,
      );
      console.log(`${sum(acts.map(({ lags }) => lags))} reads were allowed to lag.`);
    },
  };
}

export type Tally = ReturnType<typeof createTally>;
