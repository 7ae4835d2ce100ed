import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { TransientError, type Logger } from 'ct-common-lib';
import type { AuthSettings } from './auth-settings.ts';
import { createKeysFile, isOpenToOthers, publicPartOf, readKeysFile, type PrivateKey } from './keys-file.ts';

const minuteMs = 60_000;
/** After which the provider is asked again, so that a key which it withdraws is refused. */
const refreshMs = 10 * minuteMs;
/** How long its keys are believed while it does not answer. */
const staleMs = 24 * 60 * minuteMs;
/** Between two questions, whatever tokens name; and while there are no keys at all. */
const pauseMs = 30_000;
const pauseWithoutMs = 1_000;
const timeoutMs = 2_000;

export interface KeySet {
  /** Throws ConfigError if its file is not fit. */
  start: () => Promise<void>;
  /** The key that a token names. Throws JOSEError if there is none, TransientError if nobody knows for now. */
  keyOf: JWTVerifyGetKey;
  /** What others may know of ours; none of a provider's. */
  publicKeys: () => JSONWebKeySet;
  /** Ours that signs; undefined: it is the provider who does. */
  signingKey: () => PrivateKey | undefined;
}

/** The public keys that tokens are checked with: the provider's, or those of our own file. */
export const createKeySet = (settings: AuthSettings, log: Logger): KeySet =>
  settings.jwksUrl === undefined ? keysOfFile(settings, log) : keysOfProvider(settings.jwksUrl, log);

function keysOfFile({ keysFile, mayCreateKeys }: AuthSettings, log: Logger): KeySet {
  let publicKeys: JSONWebKeySet = { keys: [] };
  let signingKey: PrivateKey | undefined;
  let keyOf: JWTVerifyGetKey | undefined;
  return {
    async start() {
      if (mayCreateKeys && (await createKeysFile(keysFile))) log.info({ keysFile }, 'made a key for tokens');
      if (process.platform !== 'win32' && (await isOpenToOthers(keysFile)))
        log.warn({ keysFile }, 'others than its owner may read the keys: chmod 600 it');
      const keys = await readKeysFile(keysFile);
      [signingKey] = keys;
      publicKeys = { keys: keys.map(publicPartOf) };
      keyOf = createLocalJWKSet(publicKeys);
    },
    keyOf: (header, token) => keyOf!(header, token),
    publicKeys: () => publicKeys,
    signingKey: () => signingKey,
  };
}

/** They are fetched when they are first needed, and when a token names one that is not among them. */
function keysOfProvider(url: string, log: Logger): KeySet {
  // Never asked for a key: it would fetch anew for each that it lacks, as long as the provider does not answer.
  const remote = createRemoteJWKSet(new URL(url), { timeoutDuration: timeoutMs });
  let known: JWTVerifyGetKey | undefined;
  let fetchedAt = -Infinity;
  let askedAt = -Infinity;
  /** Why the last fetch failed; undefined: it did not. */
  let failure: unknown;
  let fetching: Promise<void> | undefined;

  const areStale = () => Date.now() - fetchedAt > staleMs;

  /** The one place that asks the provider: once at a time, and not before the pause after the last answer, or its failure, is over. */
  async function refresh() {
    const pause = areStale() ? pauseWithoutMs : pauseMs;
    if (!fetching && Date.now() - askedAt >= pause) fetching = fetchKeys();
    await fetching;
  }

  async function fetchKeys() {
    try {
      await remote.reload();
      known = createLocalJWKSet(remote.jwks()!);
      fetchedAt = Date.now();
      if (failure) log.info({ url }, 'the keys of the identity provider can be had again');
      failure = undefined;
    } catch (error) {
      // Once an outage: it is asked again and again.
      if (!failure) log.warn({ err: error, url }, 'the keys of the identity provider cannot be had');
      failure = error;
    } finally {
      askedAt = Date.now();
      fetching = undefined;
    }
  }

  async function find(...asked: Parameters<JWTVerifyGetKey>) {
    try {
      return await known!(...asked);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return undefined;
      throw error instanceof errors.JWKSMultipleMatchingKeys ? error : unavailable(error);
    }
  }

  return {
    start: async () => undefined,
    publicKeys: () => ({ keys: [] }),
    signingKey: () => undefined,
    async keyOf(...asked) {
      if (Date.now() - fetchedAt > refreshMs) {
        const refreshed = refresh();
        // A provider that is away for a while stops nobody, nor holds anybody up: the old keys do.
        if (!failure || areStale()) await refreshed;
      }
      if (areStale()) throw unavailable(failure);
      const key = await find(...asked);
      if (key) return key;
      await refresh();
      const newKey = await find(...asked);
      if (newKey) return newKey;
      // While it does not answer it may have this one.
      throw failure ? unavailable(failure) : new errors.JWKSNoMatchingKey();
    },
  };
}

const unavailable = (cause: unknown) =>
  new TransientError('IDENTITY_PROVIDER_UNAVAILABLE', {
    detail:
      'The keys of the identity provider cannot be had right now, so the token cannot be checked. Try again shortly.',
    cause,
  });
