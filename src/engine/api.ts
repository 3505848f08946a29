/**
 * The engine's contract: plain data in, events out (SEMANTICS 6). The page reaches it through a worker, the
 * command line and library users call it directly; nothing else composes load, weights, forward and experiments.
 */
import type { TensorError } from '../forward/compare';
import type { Callback, Edit, Tensor } from '../forward/types';
import type { ModelSpec } from '../model/spec';
import type { ResultDocument } from '../results/document';
import type { TraceQuestion } from '../experiments/trace/question';
import type { Fact } from '../load/card';
import type { ModelSource } from '../load/source';
import type { Token } from '../load/tokenizer';

export type { Fact, ModelSource, Token, TraceQuestion };

/** What the page and the command line know of an open model. */
export interface ModelInfo {
  readonly id: string;
  readonly title: string;
  readonly revision: string;
  /** Hash of the weight file. */
  readonly sha256: string;
  readonly spec: ModelSpec;
  readonly parameters: number;
  /** Bytes of the weight file. */
  readonly bytes: number;
  /** Default for "add BOS", from the model's card. */
  readonly bos: boolean;
  readonly bosToken: { readonly id: number; readonly text: string } | null;
  /** One sigma of subject-token embeddings and how it was made; null if the model has no card. */
  readonly sigma: { readonly value: number; readonly rule: string } | null;
  readonly facts: readonly Fact[];
}

export interface Environment {
  /** e.g. 'google swiftshader'; 'none (float64 reference)'. */
  readonly adapter: string;
  readonly engine: 'gpu' | 'reference';
  /** Software adapter: slow. */
  readonly isFallback: boolean;
}

export interface NextTokenRow {
  readonly id: number;
  readonly text: string;
  readonly p: number;
  readonly logit: number;
}

export interface CaptureRequest {
  readonly tokens: readonly number[];
  readonly sites: readonly string[];
  readonly edits?: readonly Edit[];
  /** TypeScript hooks that see and may change a site; in-process use only, never through the worker. */
  readonly callbacks?: readonly Callback[];
}

/** Top-1 token of every (layer, position): residual stream through the final norm and the unembedding. */
export interface LensResult {
  /** Rows: 'embed' input of block 0, then the output of each block; [L+1][T]. */
  readonly cells: readonly (readonly { readonly id: number; readonly text: string; readonly p: number }[])[];
}

export type EngineEvent =
  | { readonly type: 'planned'; readonly forwards: number; readonly flops: number; readonly seconds: number }
  | {
      readonly type: 'progress';
      readonly fraction: number;
      readonly secondsLeft: number;
      readonly doing: string;
    }
  /** A document with the kinds that are finished so far. */
  | { readonly type: 'partial'; readonly document: ResultDocument }
  /** The device was lost and is being made again; the run resumes. */
  | { readonly type: 'recovering'; readonly reason: string };

export interface OpenProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number | null;
  readonly doing: string;
}

export interface SiteError extends TensorError {
  readonly site: string;
}

/** Thrown (rejected) when a run is cancelled; finished kinds have been sent as 'partial'. */
export const CANCELLED = 'run: cancelled';

export interface Engine {
  environment(): Promise<Environment>;
  open(source: ModelSource, onProgress?: (progress: OpenProgress) => void): Promise<ModelInfo>;
  tokenize(text: string, bos: boolean): Promise<Token[]>;
  /** Text of single tokens. */
  decode(ids: readonly number[]): Promise<string[]>;
  /** The `k` most likely next tokens after `tokens`, most likely first. */
  predict(tokens: readonly number[], k: number): Promise<NextTokenRow[]>;
  capture(request: CaptureRequest): Promise<Record<string, Tensor>>;
  lens(tokens: readonly number[]): Promise<LensResult>;
  /** Turns a question into a resolved spec; throws one clear sentence if it cannot. */
  resolve(question: TraceQuestion): Promise<Record<string, unknown>>;
  /** What a run will cost, before it is spent. */
  estimate(spec: Record<string, unknown>): Promise<{ forwards: number; flops: number; seconds: number }>;
  run(
    runId: string,
    spec: Record<string, unknown>,
    onEvent?: (event: EngineEvent) => void,
  ): Promise<ResultDocument>;
  cancel(runId: string): Promise<void>;
  /** GPU against the float64 reference on this prompt, one row per hook site. */
  verify(tokens: readonly number[]): Promise<SiteError[]>;
  /** Destroys the device on purpose (tests of recovery). */
  loseDevice(): Promise<void>;
  close(): Promise<void>;
}
