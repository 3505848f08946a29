/**
 * How much longer runs take here than the engine promises: the latest run of a kind corrects the
 * next estimate of that kind. Calibration cannot know what else the machine does.
 */

/** Seconds taken for each one promised, by model and kind. */
export type Pace = Readonly<Record<string, number>>;

/** A shorter run tells more about its start than about its pace. */
const LEAST_SECONDS = 0.1;
/** Farther off than this, something other than the pace was measured. */
const MOST = 50;

export interface Paced {
  readonly model: string;
  readonly kind: string;
}

const keyOf = ({ model, kind }: Paced): string => `${model} ${kind}`;

/** An estimate of so many seconds, corrected. */
export const paced = (pace: Pace, run: Paced | null, seconds: number): number =>
  seconds * ((run && pace[keyOf(run)]) ?? 1);

/** After a run that took `took` seconds and for which the engine promised `promised`. */
export function learned(pace: Pace, run: Paced | null, promised: number, took: number): Pace {
  if (!run || !(promised > 0) || Math.max(promised, took) < LEAST_SECONDS) return pace;
  const ratio = Math.min(MOST, Math.max(1 / MOST, took / promised));
  return { ...pace, [keyOf(run)]: ratio };
}
