/** A rating of a product at a version, wherever it was seen. */
export interface RatingSighting {
  productId: string;
  version: number;
  distribution: number[];
  /** Who said so. */
  where: string;
}

/** Between two looks more different ratings than this are not kept: each is only one more that might be wrong. */
const maxKept = 20_000;

/** Collects ratings that were served or sent, each different one once, until somebody checks them. */
export function createRatingSightings() {
  let kept = new Map<string, RatingSighting>();

  return {
    seen(rating: object, where: string) {
      const { productId, version, ratingDistribution, distribution } = rating as Seen;
      const numbers = distribution ?? [1, 2, 3, 4, 5].map((star) => ratingDistribution![star]!);
      const key = `${productId} ${version} ${numbers.join()}`;
      if (kept.size < maxKept && !kept.has(key))
        kept.set(key, { productId, version, distribution: numbers, where });
    },

    /** Those since the last call. */
    take(): RatingSighting[] {
      const taken = [...kept.values()];
      kept = new Map();
      return taken;
    },

    /** For a later look, when these could not be checked. */
    putBack(sightings: RatingSighting[]) {
      for (const { where, ...rating } of sightings) this.seen(rating, where);
    },
  };
}

interface Seen {
  productId: string;
  version: number;
  ratingDistribution?: Record<number, number>;
  distribution?: number[];
}

export type RatingSightings = ReturnType<typeof createRatingSightings>;
