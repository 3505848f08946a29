/** An open net that comes as an ONNX graph: its pictures, its answer, and the question about it. */
import { createStore } from 'zustand/vanilla';
import type { ClassRow } from '../../engine/net/classes';
import type { NetOpen, NetPicture } from '../../engine/net/serviceApi';
import type { AnyNetExperiment, NetAbout } from '../../experiments/net/experiment';
import type { Pixels } from '../../model/picture';
import type { Brush } from '../nets/brush';

/** A question that a net can be asked. */
export interface NetEntry {
  readonly kind: string;
  readonly about: NetAbout;
  readonly takes: AnyNetExperiment['takes'];
  readonly asksClass: boolean;
}

/** What a net says: classes, likeliest first, or a picture. */
export interface NetAnswer {
  readonly classes: readonly ClassRow[];
  /** The same ids with the brush's change; null without one. */
  readonly edited: readonly ClassRow[] | null;
  /** Of a generator: as it is, and with the brush's change. */
  readonly made: { readonly whole: Pixels; readonly edited: Pixels | null } | null;
}

export interface NetState {
  readonly open: NetOpen | null;
  /** Name of what is being opened. */
  readonly opening: string | null;
  /** Share of its bytes that are here. */
  readonly loaded: number;
  readonly error: string | null;
  readonly catalogue: readonly NetEntry[] | null;
  readonly pictures: readonly NetPicture[];
  /** Index of the picture shown. */
  readonly shown: number;
  /** Seed of a generator's latent. */
  readonly seed: number;
  readonly answer: NetAnswer | null;
  readonly brush: Brush | null;
  readonly kind: string;
  /** Changed fields of questions, by kind. */
  readonly options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The class asked about; null: the picture's likeliest. */
  readonly class: number | null;
}

export const NO_NET = {
  open: null,
  opening: null,
  loaded: 0,
  error: null,
  pictures: [],
  shown: 0,
  seed: 1,
  answer: null,
  brush: null,
  kind: '',
  options: {},
  class: null,
} as const satisfies Omit<NetState, 'catalogue'>;

export const createNetStore = () => createStore<NetState>(() => ({ ...NO_NET, catalogue: null }));
