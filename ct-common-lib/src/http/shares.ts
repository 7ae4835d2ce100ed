export interface SharesOptions {
  /** So many in all. */
  most: number;
  /** So many of them for one. */
  mostOfOne: number;
}

/** Places of which nobody can have all. */
export function createShares({ most, mostOfOne }: SharesOptions) {
  const taken = new Map<string, number>();
  let inAll = 0;

  return {
    taken: () => inAll,

    /** Gives what gives the place back, to be called once; undefined: there is none left for this one. Who is nobody may have all. */
    take(who: string | undefined): (() => void) | undefined {
      const own = who === undefined ? 0 : (taken.get(who) ?? 0);
      if (inAll >= most || own >= mostOfOne) return undefined;
      inAll++;
      if (who !== undefined) taken.set(who, own + 1);
      return () => {
        inAll--;
        if (who === undefined) return;
        const left = taken.get(who)! - 1;
        if (left > 0) taken.set(who, left);
        else taken.delete(who);
      };
    },
  };
}
