/** What a greedy search expects of edges that it has not come to, so that many of them can be tried at once. */

export interface Forecast {
  /** Whether edge e will be removed, and the chance that it is not so. */
  of(e: number): { readonly removed: boolean; readonly risk: number };
  /** A run showed this of e, in a graph that turned out to be another. */
  hint(e: number, removed: boolean): void;
  /** The verdict on e. */
  settle(e: number, removed: boolean): void;
}

/** Weight of the latest verdict in a moving average. */
const LATEST = 1 / 16;

/**
 * An edge that has been tried in another graph is expected to do what it did there; any other, what most of the latest
 * verdicts were, and to be removed before there are any.
 */
export function learntForecast(): Forecast {
  const hints = new Map<number, boolean>();
  /** Share of new edges that were kept, and of hints that were wrong. */
  let [kept, wrong] = [LATEST, LATEST];
  const towards = (average: number, latest: boolean) => average + LATEST * (Number(latest) - average);
  return {
    of(e) {
      const hinted = hints.get(e);
      if (hinted !== undefined) return { removed: hinted, risk: wrong };
      return { removed: kept < 0.5, risk: Math.min(kept, 1 - kept) };
    },
    hint: (e, removed) => {
      hints.set(e, removed);
    },
    settle(e, removed) {
      const hinted = hints.get(e);
      if (hinted === undefined) kept = towards(kept, !removed);
      else wrong = towards(wrong, hinted !== removed);
    },
  };
}
