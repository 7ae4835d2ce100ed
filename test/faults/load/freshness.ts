import { setTimeout as sleep } from 'node:timers/promises';
import type { Product } from '../../../api-service/test/support/http-client.ts';
import { expectConsistent } from '../../support/served.ts';
import type { RigService } from '../rig.ts';
import type { FailedBumps } from './failed-bumps.ts';
import {
  deletionOf,
  factsOf,
  mayBeGone,
  type Acknowledged,
  type Body,
  type Ledger,
  type Thing,
} from './ledger.ts';
import { answerOf, span } from './operation-log.ts';
import type { Requests, Sent } from './requests.ts';
import type { Mark, Troubles } from './troubles.ts';

export interface FreshnessDeps {
  ledger: Ledger;
  requests: Requests;
  failedBumps: FailedBumps;
  troubles: Troubles;
  note: (text: string) => void;
  violation: (text: string) => void;
}

/** What a read that begins now must show at least. */
interface Expectation {
  thing: Thing;
  shown: Acknowledged;
  deletion: Acknowledged | undefined;
}

/** How long others may lag behind an instance that could not tell the cache of its write. */
const lagMs = 1_000;
/** A relay that a fault has held up makes its next try after this time at the latest. */
const relayPauseMs = 3_000;

/** Holds reads against the writes that were acknowledged before they began. */
export function createFreshness({ ledger, requests, failedBumps, troubles, note, violation }: FreshnessDeps) {
  let lags = 0;
  let checks = 0;

  /** What is wrong with what a read showed; undefined: nothing. */
  function staleness({ thing, shown, deletion }: Expectation, body: Body | undefined): string | undefined {
    checks++;
    if (deletion) return body && `version ${body.version}, although it is deleted`;
    if (!body) return mayBeGone(thing) ? undefined : `nothing instead of version ${shown.version}`;
    if (body.version < shown.version) return `version ${body.version} instead of ${shown.version}`;
    const facts = factsOf(thing.kind, body);
    if (body.version === shown.version && facts !== shown.facts)
      return `version ${body.version} with ${facts} instead of ${shown.facts}`;
    return undefined;
  }

  /** How long after an acknowledged write the reader may still show the state before. The writer itself reads past the cache. */
  async function allowanceMs(reader: RigService, { by, begun, answered }: Acknowledged): Promise<number> {
    if (reader === by || !(await failedBumps.since(by, begun.at))) return 0;
    // What repairs it needs PostgreSQL, and a process that runs.
    const heldUpMs = troubles.since(begun, 'postgres') + troubles.since(begun, 'api');
    return lagMs + troubles.lagSince(answered) + heldUpMs + (heldUpMs > 0 ? relayPauseMs : 0);
  }

  /** A stale read stands as a violation, unless its writer could not tell the cache; then for as long as that excuses it. */
  async function judge(
    reader: RigService,
    expectation: Expectation,
    stale: string,
    begun: Mark,
    seenAt: string,
  ) {
    const { thing, shown, deletion } = expectation;
    const write = deletion ?? shown;
    const ageMs = begun.at - write.answered.at;
    const allowed = await allowanceMs(reader, write);
    const sentence =
      `${reader.name} shows of ${thing.kind} ${thing.id} ${stale}, ${ageMs} ms after ${write.by.name} had acknowledged ` +
      `its write of ${span(write.begun.at, write.answered.at)}; read ${seenAt}, faults on ${troubles.names()}`;
    if (ageMs > allowed) {
      const excuse = allowed > 0 ? `, and its failed bump allows ${allowed} ms` : '';
      violation(`stale: ${sentence}${excuse}`);
      return;
    }
    lags++;
    note(`lags, as its bump has failed: ${sentence}`);
    await sleep(50);
    await look(reader, thing);
  }

  const expected = (thing: Thing): Expectation => ({
    thing,
    shown: thing.shown,
    deletion: deletionOf(thing),
  });

  /** Reads one thing through one instance. */
  async function look(reader: RigService, thing: Thing): Promise<void> {
    const expectation = expected(thing);
    const path = `/api/${thing.kind}/${thing.id}`;
    const { reply, begun } = await requests.read(reader, path);
    const { status, body } = reply;
    if (status !== 200 && status !== 404) return;
    const shown = status === 200 ? (body as Body) : undefined;
    if (shown && thing.kind === 'products') consistent(shown, `${path} by ${reader.name}`);
    const stale = staleness(expectation, shown);
    if (stale !== undefined)
      await judge(
        reader,
        expectation,
        stale,
        begun,
        `${span(reply.startedAt, reply.endedAt)} (${answerOf(reply)})`,
      );
  }

  function consistent(rated: object, where: string) {
    try {
      expectConsistent(rated as Product);
    } catch (error) {
      violation(`inconsistent in itself: ${where}: ${(error as Error).message} in ${JSON.stringify(rated)}`);
    }
  }

  return {
    look,

    /** Its count and average must follow from its histogram. */
    consistent,

    /** Holds the items of a list against what was acknowledged before the list was asked for. */
    async lookAt(reader: RigService, items: Body[], { begun, reply }: Sent) {
      for (const item of items) {
        const thing = ledger.all.get(item.id);
        if (!thing) continue;
        const { shown, deletion } = expected(thing);
        const [isKnown, isGone] = [shown, deletion].map((write) => write && write.answered.at < begun.at);
        if (!isKnown && !isGone) continue;
        const expectation = { thing, shown, deletion: isGone ? deletion : undefined };
        const stale = staleness(expectation, item);
        const seenAt = `in a list ${span(reply.startedAt, reply.endedAt)}`;
        if (stale !== undefined) await judge(reader, expectation, stale, begun, seenAt);
      }
    },

    figures: () => ({
      'reads held against acknowledged writes': checks,
      'reads that were allowed to lag': lags,
    }),
  };
}

export type Freshness = ReturnType<typeof createFreshness>;
