import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { TransientError, type Logger } from 'ct-common-lib';
import type { AuthSettings } from './auth-settings.ts';
import { createKeysFile, isOpenToOthers, publicPartOf, readKeysFile } from './keys-file.ts';

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
}

/** The public keys that tokens are checked with: the provider's, or those of our own file. */
export const createKeySet = (settings: AuthSettings, log: Logger): KeySet =>
  settings.jwksUrl === undefined ? keysOfFile(settings, log) : keysOfProvider(settings.jwksUrl, log);

function keysOfFile({ keysFile, mayCreateKeys }: AuthSettings, log: Logger): KeySet {
  let keys: JWTVerifyGetKey | undefined;
  return {
    async start() {
      if (mayCreateKeys && (await createKeysFile(keysFile))) log.info({ keysFile }, 'made a key for tokens');
      if (process.platform !== 'win32' && (await isOpenToOthers(keysFile)))
        log.warn({ keysFile }, 'others than its owner may read the keys: chmod 600 it');
      keys = createLocalJWKSet({ keys: (await readKeysFile(keysFile)).map(publicPartOf) });
    },
    keyOf: (header, token) => keys!(header, token),
  };
}

/** They are fetched when they are first needed, and whenever a token names one that is not among them. */
function keysOfProvider(url: string, log: Logger): KeySet {
  const remote = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: Infinity,
    cooldownDuration: pauseMs,
    timeoutDuration: timeoutMs,
  });
  let fetchedAt = -Infinity;
  let askedAt = -Infinity;
  let fetching: Promise<void> | undefined;

  async function fetchKeys() {
    askedAt = Date.now();
    try {
      await remote.reload();
      fetchedAt = Date.now();
    } catch (error) {
      log.warn({ err: error, url }, 'the keys of the identity provider cannot be had');
    } finally {
      fetching = undefined;
    }
  }

  return {
    start: async () => undefined,
    async keyOf(header, token) {
      const age = Date.now() - fetchedAt;
      const pause = age > staleMs ? pauseWithoutMs : pauseMs;
      if (age > refreshMs && Date.now() - askedAt >= pause) fetching ??= fetchKeys();
      // Where it fails the old ones do: a provider that is away for a while stops nobody.
      await fetching;
      if (Date.now() - fetchedAt > staleMs) throw unavailable();
      try {
        return await remote(header, token);
      } catch (error) {
        if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
          throw error;
        throw unavailable(error);
      }
    },
  };
}

const unavailable = (cause?: unknown) =>
  new TransientError('IDENTITY_PROVIDER_UNAVAILABLE', {
    detail:
      'The keys of the identity provider cannot be had right now, so the token cannot be checked. Try again shortly.',
    cause,
  });
