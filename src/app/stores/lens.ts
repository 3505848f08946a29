/** The Jacobian lens of the open model, and which lens is shown. */
import { createStore } from 'zustand/vanilla';
import type { LensInfo, LensThrough } from '../../engine/api';

export interface Fitting {
  readonly id: string;
  readonly fraction: number;
  readonly secondsLeft: number | null;
  readonly doing: string;
  readonly cancelling: boolean;
}

export interface LensState {
  /** Null: none is open. */
  readonly open: LensInfo | null;
  /** Opens it once more, in a new engine thread. */
  readonly reopen: (() => Promise<LensInfo>) | null;
  /** What the lens view shows. */
  readonly through: LensThrough;
  /** Kept on this device, for the open model. */
  readonly kept: readonly LensInfo[];
  readonly fitting: Fitting | null;
  /** What the last fit left out or took up; one sentence. */
  readonly note: string | null;
  /** Why the last file or fit gave no lens; one sentence. */
  readonly error: string | null;
}

export const NO_LENS = { open: null, reopen: null, kept: [], note: null, error: null } as const;

export const createLensStore = () =>
  createStore<LensState>(() => ({ ...NO_LENS, through: 'logit', fitting: null }));

/** Names what cells are read through: of two open lenses each has its own. */
export const throughKey = ({ through, open }: Pick<LensState, 'through' | 'open'>): string =>
  through === 'jacobian' ? (open?.sha256 ?? 'none') : 'logit';
