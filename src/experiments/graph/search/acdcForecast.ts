/** Forecasts verdicts of a greedy search, so that many edges can be tried at once. */

export interface Forecast {
  /** The forecast for edge e, and the chance that it is wrong. */
  of(e: number): { readonly removed: boolean; readonly risk: number };
  /** A run showed this for e, in a graph that was not reached. */
  hint(e: number, removed: boolean): void;
  /** The verdict on e. */
  settle(e: number, removed: boolean): void;
}

/** Weight of the latest verdict in a moving average. */
const LATEST = 1 / 16;

/**
 * An edge tried in another graph is expected to behave the same; any other follows the majority of
 * recent verdicts, at first removal.
 */
export function learntForecast(): Forecast {
  const hints = new Map<number, boolean>();
  /** Share of new edges kept, and of wrong hints. */
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
