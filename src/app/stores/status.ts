/** What the engine is doing, and what it has read for the finding that is shown. */
import type { AttentionHead, LayerPattern } from '../../panels/attention/select';
import { createStore } from 'zustand/vanilla';
import type { Catalogue } from '../catalogue';
import { BUILTIN_MODELS } from '../../load/builtin';
import type {
  Environment,
  LensResult,
  ModelInfo,
  ModelPreview,
  ModelSource,
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
}

/** Every weight of one head. */
export interface ReadHead extends AttentionHead {
  /** Row-major [T, T]. */
  readonly values: Float32Array;
}

/** Attention and lens of one prompt. */
export interface Readings {
  /** Of which model and tokens, see `readingsKey`. */
  readonly key: string;
  /** Per layer, row-major [H, P, P]: of each pair of groups of `pool` positions the largest weight (`model/pooling.ts`). */
  readonly patterns: readonly LayerPattern[];
  readonly pool: number;
  /** Heads of which every weight was read, the latest first; none where `pool` is 1. */
  readonly maps: readonly ReadHead[];
  /** Why the latest head that was asked for is not among them. */
  readonly mapError: string | null;
  /** H, how many of them share keys and values, and whether they see no later key: another model may be open by now. */
  readonly heads: number;
  readonly queriesPerKvHead: number;
  readonly isCausal: boolean;
  /** Null for a model without an unembedding. */
  readonly lens: LensResult | null;
}

export interface StatusState {
  readonly phase: Phase;
  /** One sentence: why nothing can be run; null where WebGPU is there. */
  readonly gpuMissing: string | null;
  readonly environment: Environment | null;
  /** What can be asked; null before it is loaded. */
  readonly catalogue: Catalogue | null;
  readonly model: ModelInfo | null;
  /** Title of the model that is awaited while none is open. */
  readonly awaited: string;
  readonly opening: OpenProgress | null;
  /** Another model that is being looked at. */
  readonly preview: PreviewState | null;
  /** How the next model that is opened keeps its weights. */
  readonly weights: WeightFormat;
  /** Models kept on this device; null while unknown. */
  readonly storage: Storage | null;
  readonly openError: string | null;
  readonly run: RunStatus | null;
  readonly runError: string | null;
  /** Why the finding that is shown cannot be run again. */
  readonly rerunError: string | null;
  readonly readings: Readings | null;
  readonly readingsError: string | null;
  readonly verified: VerifyState | null;
  /** What to know of the engine's own troubles; null: nothing. */
  readonly engineNote: EngineNote | null;
}

export interface EngineNote {
  /** One sentence. */
  readonly text: string;
  /** The engine is not coming back: only loading the page anew helps. */
  readonly isOver: boolean;
}

export type PreviewState =
  | { readonly state: 'looking'; readonly name: string }
  | { readonly state: 'known'; readonly source: ModelSource; readonly info: ModelPreview };

export type VerifyState =
  | { readonly state: 'running' }
  | {
      readonly state: 'done';
      readonly against: string;
      readonly bar: number;
      readonly relative: number;
      readonly site: string;
      readonly sites: number;
    }
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
    runError: null,
    rerunError: null,
    readings: null,
    readingsError: null,
    verified: null,
    engineNote: null,
  }));
