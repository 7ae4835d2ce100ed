/** What must be served of a product. */
export interface Truth {
  averageRating: number | null;
  reviewCount: number;
  ratingDistribution: Record<1 | 2 | 3 | 4 | 5, number>;
}

interface Entry {
  productId: string;
  version: number;
  /** Null: deleted. */
  rating: number | null;
}

/** Keeps book of the writes that were acknowledged, in whatever order their answers arrive, and says what follows. */
export function createReviewLedger() {
  const entries = new Map<string, Entry>();
  const writesOf = new Map<string, number>();

  const count = (productId: string) => writesOf.set(productId, (writesOf.get(productId) ?? 0) + 1);

  return {
    written({ id, productId, version, rating }: { id: string } & Entry) {
      count(productId);
      const known = entries.get(id);
      if (known && (known.rating === null || known.version > version)) return;
      entries.set(id, { productId, version, rating });
    },

    removed(id: string) {
      const entry = entries.get(id)!;
      count(entry.productId);
      entries.set(id, { ...entry, rating: null });
    },

    /** The reviews that are not deleted. */
    standing: () => [...entries].filter(([, { rating }]) => rating !== null).map(([id]) => id),

    truthOf(productId: string): Truth {
      const ratingDistribution = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };
      for (const entry of entries.values())
        if (entry.productId === productId && entry.rating !== null)
          ratingDistribution[entry.rating as 1 | 2 | 3 | 4 | 5]++;
      return truthOf(ratingDistribution);
    },

    /** The version of a product's rating: every write counts once, as each adds 1 to the version of its review. */
    ratingVersionOf: (productId: string) => writesOf.get(productId) ?? 0,
  };
}

export type ReviewLedger = ReturnType<typeof createReviewLedger>;

/** Worked out from a histogram, in whole numbers, and rounded half-up at the end. */
export function truthOf(ratingDistribution: Truth['ratingDistribution']): Truth {
  const stars = [1, 2, 3, 4, 5] as const;
  const reviewCount = stars.reduce((sum, star) => sum + ratingDistribution[star], 0);
  const ratingSum = stars.reduce((sum, star) => sum + star * ratingDistribution[star], 0);
  const hundredths = Math.floor((200 * ratingSum + reviewCount) / (2 * reviewCount));
  return { averageRating: reviewCount === 0 ? null : hundredths / 100, reviewCount, ratingDistribution };
}

/** The part of a product that its reviews decide. */
export const ratingOf = ({ averageRating, reviewCount, ratingDistribution }: Truth): Truth => ({
  averageRating,
  reviewCount,
  ratingDistribution,
});
