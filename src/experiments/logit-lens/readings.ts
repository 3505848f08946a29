/** What a lens reads of the states of a question, in numbers. */
import type { NamedLens } from '../common/lens';
import type { NamedRows } from '../common/rows';
import type { StudySpec } from '../common/spec';
import type { Counted as CountedOf } from '../contract/study';
import type { LensState } from './states';

/** Row-major [entry, position]; `list` and `atAnswer` by entry, at the answer's row. */
export interface Readings {
  /** Likeliest token and its probability. */
  readonly top: readonly number[];
  readonly topP: readonly number[];
  /** The answer's. */
  readonly p: readonly number[];
  readonly rank: readonly number[];
  /** In nats; KL(final || lens). */
  readonly entropy: readonly number[];
  readonly kl: readonly number[];
  readonly list: readonly (readonly { readonly token: number; readonly p: number }[])[];
  readonly atAnswer: readonly { readonly p: number; readonly rank: number }[];
}

export type Counted = CountedOf<{ readonly states: Readonly<Partial<Record<LensState, Readings>>> }>;

export type Asked = StudySpec & {
  readonly states: readonly LensState[];
  readonly positions: NamedRows;
  readonly lens?: NamedLens | undefined;
};
