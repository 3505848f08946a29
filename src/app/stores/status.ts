/** The engine's state, and its readings for the current finding. */
import type { AttentionHead, LayerPattern } from '../../panels/attention/select';
import type { HeadShares } from '../../panels/attention/headKinds';
import type { ResultDocument } from '../../results/document';
import { createStore } from 'zustand/vanilla';
import type { Catalogue } from '../catalogue';
import type { Pace } from '../pace';
import { BUILTIN_MODELS } from '../../load/builtin';
import type {
  Environment,
  LensResult,
  ModelInfo,
  ModelPreview,
  ModelSource,
  NextTokenRow,
  OpenProgress,
  Storage,
  WeightFormat,
} from '../../engine/api';

export type Phase =
  | 'starting'
  | 'loading'
  | 'ready'
  | 'running'
  | 'recovering'
  | 'done'
  | 'cancelled'
  | 'failed';

export interface RunStatus {
  readonly id: string;
  readonly fraction: number;
  readonly secondsLeft: number | null;
  readonly doing: string;
  readonly forwards: number | null;
  readonly cancelling: boolean;
  /** It runs in the nets' thread. */
  readonly isOfNet?: true;
}

/** All weights of one head. */
export interface ReadHead extends AttentionHead {
  /** Row-major [T, T]. */
  readonly values: Float32Array;
}

/** Attention and lens of one prompt. */
export interface Readings {
  /** Model and tokens, see `readingsKey`. */
  readonly key: string;
  /** Per layer, [H, P, P]: largest weight per pair of groups (`model/pooling.ts`). */
  readonly patterns: readonly LayerPattern[];
  readonly pool: number;
  /** Heads read in full, latest first; none if `pool` is 1. */
  readonly maps: readonly ReadHead[];
  /** Why the latest requested head is missing. */
  readonly mapError: string | null;
  /** H, heads per key-value head, and whether the model is causal: another may be open by now. */
  readonly heads: number;
  readonly queriesPerKvHead: number;
  readonly isCausal: boolean;
  /** Null for a model without an unembedding. */
  readonly lens: LensResult | null;
  /** Through the Jacobian lens; `by`: which one, see `throughKey`. */
  readonly jacobian?: LensResult & { readonly by: string };
  /** The lens with the followed token's numbers. */
  readonly followed?: LensResult & { readonly id: number; readonly by: string };
  /** The likeliest tokens of cells that were pointed at, by `topKey`. */
  readonly tops?: Readonly<Record<string, readonly NextTokenRow[]>>;
}

export interface StatusState {
  readonly phase: Phase;
  /** One sentence: why nothing can run; null with WebGPU. */
  readonly gpuMissing: string | null;
  readonly environment: Environment | null;
  /** The questions; null until loaded. */
  readonly catalogue: Catalogue | null;
  readonly model: ModelInfo | null;
  /** Title of the model being opened while none is open. */
  readonly awaited: string;
  readonly opening: OpenProgress | null;
  /** A model being previewed. */
  readonly preview: PreviewState | null;
  /** Weight format of the next model. */
  readonly weights: WeightFormat;
  /** Models kept on this device; null until known. */
  readonly storage: Storage | null;
  readonly openError: string | null;
  readonly run: RunStatus | null;
  /** What this visit's runs tell about estimates. */
  readonly pace: Pace;
  readonly runError: string | null;
  /** Why the current finding cannot be re-run. */
  readonly rerunError: string | null;
  /** What kinds of heads a model has. */
  readonly headKinds: { readonly sha256: string; readonly shares: HeadShares } | null;
  readonly readings: Readings | null;
  readonly readingsError: string | null;
  readonly verified: VerifyState | null;
  /** A note on engine problems; null: none. */
  readonly engineNote: EngineNote | null;
  /** Loads the build that is ready; null: none is. */
  readonly newVersion: (() => void) | null;
}

export interface EngineNote {
  /** One sentence. */
  readonly text: string;
  /** The engine will not return: only a reload helps. */
  readonly isOver: boolean;
}

export type PreviewState =
  | { readonly state: 'looking'; readonly name: string }
  | { readonly state: 'known'; readonly source: ModelSource; readonly info: ModelPreview };

export type VerifyState =
  | { readonly state: 'running' }
  | ({ readonly state: 'done' } & NonNullable<ResultDocument['environment']['verified']>)
  | { readonly state: 'failed'; readonly message: string };

export const createStatusStore = () =>
  createStore<StatusState>(() => ({
    phase: 'starting',
    gpuMissing: null,
    environment: null,
    catalogue: null,
    model: null,
    awaited: BUILTIN_MODELS[0].title,
    opening: null,
    preview: null,
    weights: 'f32',
    storage: null,
    openError: null,
    run: null,
    pace: {},
    runError: null,
    rerunError: null,
    headKinds: null,
    readings: null,
    readingsError: null,
    verified: null,
    engineNote: null,
    newVersion: null,
  }));
