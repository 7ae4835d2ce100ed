/**
 * A bucket of so many tokens, refilled evenly, so many a minute. One number tells how full it is: the microseconds of
 * refilling that it lacks. They are whole, so that neither store rounds: a token takes up to 1 µs longer than its share of the
 * minute.
 */
export interface Bucket {
  tokens: number;
  tokenMicros: number;
  /** What an empty one lacks. */
  fullMicros: number;
}

/** By key: what is not known is full. */
export interface BucketStore {
  /**
   * Takes a token, if there is a whole one, and gives what the bucket lacked before. Undefined: the store cannot be asked at
   * present.
   */
  take(key: string, bucket: Bucket): Promise<number | undefined> | number;
}

export function createBucket(perMinute: number): Bucket {
  const tokenMicros = Math.ceil(60_000_000 / perMinute);
  return { tokens: perMinute, tokenMicros, fullMicros: perMinute * tokenMicros };
}

/** Whether there is a whole token in a bucket that lacks this. */
export const hasToken = ({ tokenMicros, fullMicros }: Bucket, lackMicros: number) =>
  lackMicros + tokenMicros <= fullMicros;

/** What a bucket that lacks this holds: whole tokens, and when there is one more. */
export function contentOf({ tokenMicros, fullMicros }: Bucket, lackMicros: number) {
  const tokens = Math.floor((fullMicros - lackMicros) / tokenMicros);
  const nextMicros = lackMicros - (fullMicros - (tokens + 1) * tokenMicros);
  return { tokens, nextSeconds: Math.ceil(nextMicros / 1_000_000) };
}
