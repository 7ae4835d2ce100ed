import type { RigService } from '../rig.ts';
import { call, type Reply } from './call.ts';
import {
  answerOf,
  describe,
  outcomeOf,
  span,
  type Operation,
  type OperationLog,
  type Outcome,
} from './operation-log.ts';
import type { Mark, Troubles } from './troubles.ts';

export interface RequestsDeps {
  log: OperationLog;
  troubles: Troubles;
  violation: (text: string) => void;
}

export interface Sent {
  reply: Reply;
  /** Before it was sent. */
  begun: Mark;
  answered: Mark;
}

export interface SentWrite extends Sent {
  outcome: Outcome;
  operation: Operation;
}

/** The API's own limits: while PostgreSQL is in trouble, and otherwise, whatever else is. */
const limitMs = { postgres: 16_000, otherwise: 5_000 };

/** What a fault has left behind, connections that are dead above all, is noticed in this time. */
const aftermathMs = 10_000;

/** Sends the clients' requests, and looks at each answer for what must never happen, whatever was asked. */
export function createRequests({ log, troubles, violation }: RequestsDeps) {
  async function send(api: RigService, method: string, path: string, json?: unknown): Promise<Sent> {
    const begun = troubles.mark();
    const reply = await call(method, api.baseUrl + path, json);
    const sent = { reply, begun, answered: troubles.mark() };
    const about = () =>
      `${method} ${path} by ${api.name} at ${span(reply.startedAt, reply.endedAt)}, faults on ${troubles.names()}`;
    for (const fault of faultsOf(sent)) violation(`${fault}: ${about()}`);
    return sent;
  }

  function* faultsOf({ reply, begun }: Sent): Generator<string> {
    const { status, lost, startedAt, endedAt } = reply;
    // A process that is stopped answers when it goes on: it is no matter of its own limits how long that takes.
    const tookMs = endedAt - startedAt - troubles.lagSince(begun) - troubles.since(begun, 'api');
    const databaseTrouble = troubles.touched(begun, 'postgres', aftermathMs);
    const limit = databaseTrouble ? limitMs.postgres : limitMs.otherwise;
    if (tookMs > limit)
      yield lost === 'time-out' ? 'no answer, ever' : `an answer after ${tookMs} ms instead of ${limit} ms`;
    if (status >= 500 && status !== 503) yield `an answer ${answerOf(reply)}`;
    if (status >= 400 && status < 500 && status !== 404) yield `valid input, refused with ${answerOf(reply)}`;
    const isDown = status === 503 || lost === 'refused';
    if (isDown && !troubles.isStarving() && !databaseTrouble && !troubles.touched(begun, 'api', aftermathMs))
      yield `down (${answerOf(reply)}) although PostgreSQL and api-service are well`;
  }

  return {
    async read(api: RigService, path: string): Promise<Sent> {
      const sent = await send(api, 'GET', path);
      log.read(sent.reply);
      return sent;
    },

    async write(
      api: RigService,
      method: string,
      path: string,
      json?: object,
      marker?: string,
    ): Promise<SentWrite> {
      const sent = await send(api, method, path, json);
      const { startedAt, endedAt } = sent.reply;
      const outcome = outcomeOf(sent.reply);
      const operation = log.write({
        what: `${method} ${path}`,
        by: api.name,
        outcome,
        startedAt,
        endedAt,
        ...(outcome !== 'ok' && { answer: answerOf(sent.reply) }),
        ...(marker !== undefined && { marker }),
      });
      return { ...sent, outcome, operation };
    },

    /** A 404 for something that nobody has tried to delete. */
    missing(operation: Operation) {
      violation(`not there although nobody deleted it: ${describe(operation)}`);
    },
  };
}

export type Requests = ReturnType<typeof createRequests>;
