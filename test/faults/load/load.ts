import type { Random } from '../../support/random.ts';
import { waitFor } from 'ct-common-lib/testing';
import type { Part } from '../fault.ts';
import type { Rig } from '../rig.ts';
import { call } from './call.ts';
import { createClients } from './clients.ts';
import { watchFailedBumps } from './failed-bumps.ts';
import { createFreshness } from './freshness.ts';
import { installHistory } from './history.ts';
import { createImports } from './imports.ts';
import { createLedger } from './ledger.ts';
import { createModeration } from './moderation.ts';
import { createOperationLog } from './operation-log.ts';
import { createRatingSightings } from './rating-sightings.ts';
import { createReads } from './reads.ts';
import { createRequests } from './requests.ts';
import { createTap } from './tap.ts';
import { createTroubles } from './troubles.ts';
import { createWrites } from './writes.ts';

export interface LoadOptions {
  /** What faults have hold of at this moment. */
  activeParts: () => ReadonlySet<Part>;
  note: (text: string) => void;
  violation: (text: string) => void;
}

/** The clients, and everything that watches what they are answered. Waits until the whole rig is ready. */
export async function createLoad(rig: Rig, random: Random, { activeParts, note, violation }: LoadOptions) {
  for (const { name, baseUrl } of rig.services) {
    const isReady = async () => (await call('GET', `${baseUrl}/health/ready`)).status === 200;
    await waitFor(`${name} is ready`, isReady, { timeoutMs: 90_000, intervalMs: 200 });
  }
  await installHistory(rig);

  const tap = createTap({ rig, note, violation });
  const log = createOperationLog();
  const ledger = createLedger();
  const sightings = createRatingSightings();
  const troubles = createTroubles(activeParts);
  const failedBumps = watchFailedBumps(rig.apis);
  const requests = createRequests({ log, troubles, violation });
  const freshness = createFreshness({ ledger, requests, failedBumps, troubles, note, violation });
  const writes = createWrites({ rig, log, ledger, requests, freshness });
  const reads = createReads({ rig, requests, freshness, sightings });
  const moderate = createModeration({ rig, log, ledger });
  const imports = createImports({ rig, log, violation });
  const clients = createClients({ ledger, writes, reads, moderate, imports, random, violation });

  async function close() {
    await clients.stop();
    await failedBumps.stop();
    troubles.stop();
    await tap.stop();
  }

  try {
    await tap.start();
    await clients.prepare();
  } catch (error) {
    await close();
    throw error;
  }

  return {
    log,
    ledger,
    imports,
    sightings,
    tap,

    /** The clients begin, or go on after a stop. */
    start: () => clients.start(),

    /** Returns when every client has its last answer. */
    stop: () => clients.stop(),

    figures(): Record<string, number> {
      const { ok, failed, unknown, reads, unanswered } = log.counts;
      return {
        'writes acknowledged': ok,
        'writes failed': failed,
        'writes of unknown outcome': unknown,
        'reads sent by clients': reads,
        'reads not answered': unanswered,
        ...freshness.figures(),
        ...tap.figures(),
      };
    },

    /** Ends what watches, too. */
    close,
  };
}

export type Load = Awaited<ReturnType<typeof createLoad>>;
