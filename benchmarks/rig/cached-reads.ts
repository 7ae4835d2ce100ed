import { alternate, type Bench } from './bench.ts';
import type { LoadRequest } from './load.ts';
import type { MeasuredNode } from './nodes.ts';
import type { ServiceProcess, System } from './system.ts';

export interface CachedReads {
  /** Writes what is read, and gives the paths under which it is. */
  prepare: (system: System) => Promise<string[]>;
  /** How many bytes the references answer. Default: as many as the service does. */
  bytes?: number;
  /** How many entries an answer is put together of, each with its own token, beside that of the answer. Default 0. */
  items?: number;
}

/** What one round of load may be put on, each with the same requests. */
export type Contender =
  | 'api-service'
  | 'raw node:http'
  | 'bare Express'
  | 'Redis by hand'
  | 'api-service, 304'
  | 'raw node:http, 304';

/**
 * Puts reads that the cache holds on api-service and on references that answer a fixed buffer, on one Node.js: requests/s
 * of the contenders that are named, by round.
 */
export async function measureCachedReads<Name extends Contender>(
  bench: Bench,
  { node, variables }: MeasuredNode,
  { prepare, bytes, items = 0 }: CachedReads,
  names: Name[],
): Promise<Record<Name, number[]>> {
  const { rig, seconds } = bench;
  const system = await rig.createSystem();
  const references: { stop: () => Promise<void> }[] = [];
  const startReference = async (file: string, size: number) => {
    const environment = {
      SIZE: String(size),
      ITEMS: String(items),
      REDIS_URL: rig.redisUrl,
      PREFIX: system.prefix,
    };
    const reference = await rig.startReference(file, { variables: environment, node });
    references.push(reference);
    return reference;
  };
  try {
    const api = await system.startApi({ node, variables });
    const paths = await prepare(system);
    const plain = paths.map((path): LoadRequest => ({ path }));
    const size = bytes ?? (await ask(api, paths[0]!)).bytes;
    const rawHttp = await startReference('raw-http.ts', size);
    const express = await startReference('bare-express.ts', size);
    const byHand = await startReference('cached-by-hand.ts', size);
    const load = async ({ port }: { port: number }, requests: LoadRequest[]) =>
      (await rig.putLoad({ port, requests, seconds })).requestsPerSecond;

    const contenders: Record<Contender, () => Promise<number>> = {
      'api-service': () => load(api, plain),
      'raw node:http': () => load(rawHttp, plain),
      'bare Express': () => load(express, plain),
      'Redis by hand': () => load(byHand, plain),
      'api-service, 304': async () => load(api, await conditional(api, paths)),
      'raw node:http, 304': async () => load(rawHttp, await conditional(rawHttp, paths)),
    };
    const chosen = names.map((name) => [name, contenders[name]]);
    return await alternate(bench, Object.fromEntries(chosen) as Record<Name, () => Promise<number>>);
  } finally {
    await Promise.all(references.map((reference) => reference.stop()));
    await system.remove();
  }
}

/** Requests by a client that has each answer already. Throws if one of them is not answered with 304. */
async function conditional(server: { port: number }, paths: string[]): Promise<LoadRequest[]> {
  const requests: LoadRequest[] = [];
  for (const path of paths) {
    const headers = { 'If-None-Match': (await ask(server, path)).etag };
    const { status } = await ask(server, path, headers);
    if (status !== 304) throw new Error(`${path} was answered with ${status}, not with 304`);
    requests.push({ path, headers });
  }
  return requests;
}

async function ask(
  { port }: Pick<ServiceProcess, 'port'>,
  path: string,
  headers: Record<string, string> = {},
) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  const { byteLength: bytes } = await answer.arrayBuffer();
  return { status: answer.status, etag: answer.headers.get('etag') ?? '', bytes };
}
