/**
 * The engine's contract: plain data in, events out. The page reaches it through a worker; the
 * command line and library users call it directly. Nothing else composes load, weights, forward and
 * experiments.
 */
import type { TensorError } from '../forward/reference/compare';
import type { Callback, Edit, Mask, PositionEdit, Rewrite, Run } from '../forward/request/types';
import type { Frozen, LogitScalar, Seed } from '../forward/request/seeds';
import type { Tensor } from '../forward/request/contract';
import type { DecodingRows, DecodingTables } from '../forward/request/decoding';
import type { ModelSpec } from '../model/spec';
import type { ResultDocument } from '../results/document';
import type { CutAnswer, MeasuredEdge } from '../experiments/graph/answer';
import type { Sigma } from '../experiments/common/noise';
import type { Notice, Words } from '../experiments/common/notices';
import type { SeedMetric } from '../experiments/common/seed';
import type { TightenRequest } from '../experiments/trace/tighten';
import type { Fact } from '../load/card';
import type { ModelSource } from '../load/source';
import type { Token } from '../load/tokenizer';
import type { Contrast } from '../util/contrast';
import type { WeightFormat } from '../weights/chunks';
import type { LensEngine, LensInfo } from './lensApi';
import type { Sampling } from './sampler';

export { CANCELLED } from './cancelled';
export type {
  Contrast,
  DecodingRows,
  DecodingTables,
  Fact,
  Frozen,
  LensInfo,
  LogitScalar,
  MeasuredEdge,
  ModelSource,
  Notice,
  Sampling,
  Seed,
  SeedMetric,
  TightenRequest,
  Token,
  WeightFormat,
  Words,
};

export interface SpecialToken {
  readonly id: number;
  readonly text: string;
}

export interface OpenOptions {
  /** Default: f32. */
  readonly weights?: WeightFormat;
}

/** What is known about a model before its weights are fetched. */
export interface ModelPreview {
  readonly title: string;
  /** The commit, if the server reported it. */
  readonly revision: string;
  readonly spec: ModelSpec;
  /** Accepted deviations, a sentence each. */
  readonly notes: readonly string[];
  readonly parameters: number;
  /** Bytes of the files that opening reads, and how many of them are already on this device. */
  readonly downloadBytes: number;
  readonly cachedBytes: number;
  /** Bytes on the device by format, and why the device cannot hold them (null: it can). */
  readonly formats: Readonly<
    Record<WeightFormat, { readonly gpuBytes: number; readonly problem: string | null }>
  >;
}

/** A copy of a hub model's file on this device. */
export interface StoredFile {
  /** The argument of `deleteStored`. */
  readonly key: string;
  /** E.g. 'HuggingFaceTB/SmolLM2-135M', and the file within it. */
  readonly model: string;
  readonly file: string;
  readonly revision: string;
  readonly bytes: number;
  /** Bytes stored; fewer than `bytes` for a partial download, which can resume. */
  readonly present: number;
}

export interface Storage {
  readonly files: readonly StoredFile[];
  /** Bytes that this page uses and may use; null if the browser does not report it. */
  readonly usage: number | null;
  readonly quota: number | null;
}

/** What a verification compares with. */
export type VerifyAgainst = 'reference' | 'onnxruntime';

export interface Verification {
  /** E.g. 'onnxruntime-web 1.30.0' or 'float64 reference'. */
  readonly against: string;
  /** Largest allowed |ours - theirs| for a site's tensor, relative to its largest value. */
  readonly bar: number;
  /** One row per hook site, in the order of the pass. */
  readonly errors: readonly SiteError[];
}

/** What the page and the command line know about an open model. */
export interface ModelInfo {
  readonly id: string;
  readonly title: string;
  readonly revision: string;
  /** Hash of the weights. */
  readonly sha256: string;
  readonly spec: ModelSpec;
  /** Accepted deviations, including weights that are not finite, a sentence each. */
  readonly notes: readonly string[];
  readonly parameters: number;
  /** Bytes of the weight files. */
  readonly bytes: number;
  /** Default for "add BOS", from the model's card or tokenizer. */
  readonly bos: boolean;
  /**
   * What "add BOS" puts around a prompt: BOS before it; for encoders [CLS] before and [SEP] after.
   * Both may be empty.
   */
  readonly special: { readonly prefix: readonly SpecialToken[]; readonly suffix: readonly SpecialToken[] };
  /** The token for the word that an encoder fills in; null for models that continue a prompt. */
  readonly maskToken: SpecialToken | null;
  /** Whether the model has a chat template, so that `chat` can use it. */
  readonly hasChatTemplate: boolean;
  /** How matrices are stored on the device. */
  readonly weights: WeightFormat;
  /** Bytes of the weights on the device. */
  readonly gpuBytes: number;
  /**
   * Standard deviation of subject-token embeddings and how it was measured: the card's, else
   * measured when the model was opened; null if the embeddings have no spread.
   */
  readonly sigma: (Sigma & { readonly rule: string }) | null;
  readonly facts: readonly Fact[];
}

export interface Environment {
  /** E.g. 'google swiftshader'; 'none (float64 reference)'. */
  readonly adapter: string;
  readonly engine: 'gpu' | 'reference';
  /** Whether it is a software adapter, which is slow. */
  readonly isFallback: boolean;
}

export interface NextTokenRow {
  readonly id: number;
  readonly text: string;
  readonly p: number;
  readonly logit: number;
}

export interface FirstPrompt {
  readonly prompt: string;
  /** Its words. */
  readonly subject: string;
  /** The model's two likeliest tokens; '' if the text would be read as another token. */
  readonly answer: string;
  readonly distractor: string;
  /** Probability of the likeliest token. */
  readonly p: number;
  /** Whether the likeliest token begins the fact's answer, with p of at least 0.5. */
  readonly isKnown: boolean;
}

export interface CaptureRequest {
  readonly tokens: readonly number[];
  readonly sites: readonly string[];
  /** Only these heads of every site, in this order; default: all. */
  readonly heads?: readonly number[];
  /** For scores and patterns: the maximum over squares of positions, see `Capture`. */
  readonly pool?: number;
  readonly edits?: readonly Edit[];
  readonly masks?: readonly Mask[];
  readonly rewrites?: readonly Rewrite[];
  readonly positions?: readonly PositionEdit[];
  /** Token ids of other prompts by name: runs that edits may use as sources. */
  readonly prompts?: Readonly<Record<string, readonly number[]>>;
  /** TypeScript hooks that see and may change a site; in-process only, never through the worker. */
  readonly callbacks?: readonly Callback[];
}

/** A prompt's token ids and a number made of its logits; or its text, and a metric of its answer. */
export type Differentiated =
  | { readonly tokens: readonly number[]; readonly seed: Seed }
  | {
      readonly prompt: string;
      /** Default: the model's own. */
      readonly bos?: boolean;
      /** Default: the logit difference if there is a distractor, else the log-probability. */
      readonly metric?: SeedMetric;
      /** Default: the model's prediction. */
      readonly answer?: string;
      /** For the logit difference. Default: the likeliest other token. */
      readonly distractor?: string;
    };

/** The gradient is that of the run as these tables change it (`Gradients` in `seeds.ts`). */
export type GradientsRequest = Differentiated &
  Pick<Run, 'edits' | 'masks' | 'rewrites' | 'cuts' | 'positions'> &
  Pick<CaptureRequest, 'sites' | 'prompts'> & {
    /** What counts as constant: the scales of norms, attention patterns. Default: nothing. */
    readonly frozen?: readonly Frozen[];
  };

export interface FoundGradients {
  readonly tokens: readonly number[];
  readonly seed: Seed;
  /** d seed / d site by site name, in the shape of a capture. */
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/** Edits, masks and rewrites apply at every step, at the positions that they name. */
export interface GenerateRequest extends DecodingTables {
  /** The prompt, including BOS; together with `maxNew` at most nCtx. */
  readonly tokens: readonly number[];
  /** Most new tokens per sequence. */
  readonly maxNew: number;
  readonly sampling: Sampling;
  /** Sequences sampled from this prompt with different random numbers; default 1. */
  readonly sequences?: number;
  /** Whether a sequence ends after the tokenizer's end-of-text token; default true. */
  readonly stopAtEos?: boolean;
  /** A second branch with these tables, from whose logits the sampler's are pushed away. */
  readonly contrast?: Contrast & DecodingTables;
}

/**
 * `logit` and `p` (their softmax) are the sampler's input: from the edited model, contrasted if
 * requested, unfiltered.
 */
export interface GeneratedToken extends NextTokenRow {
  readonly sequence: number;
  /** Counted from 0; the token's position is the prompt's length + step. */
  readonly step: number;
  /** Probability with which it was chosen, after temperature, top-k and top-p; 1 when greedy. */
  readonly drawn: number;
  /** The most likely tokens at this step, most likely first. */
  readonly top: readonly NextTokenRow[];
}

export interface GeneratedSequence {
  readonly tokens: readonly GeneratedToken[];
  /** The new tokens as text, without the end-of-text token. */
  readonly text: string;
  readonly stopped: 'eos' | 'length';
}

/** The generated sequences, and how they were made. */
export interface Generation {
  readonly request: GenerateRequest;
  readonly sequences: readonly GeneratedSequence[];
  readonly model: ResultDocument['model'];
  readonly environment: ResultDocument['environment'];
}

/** Top-1 token of every (layer, position): the stream through final norm and unembedding. */
export interface LensResult {
  /**
   * Rows: 'embed', the input of block 0, then the output of each block; [L+1][T]. null: the
   * Jacobian lens has no matrix for it.
   */
  readonly cells: readonly (readonly LensCell[] | null)[];
}

/** Through which lens: 'jacobian' is the open one. */
export type LensThrough = 'logit' | 'jacobian';

export interface LensCell {
  readonly id: number;
  readonly text: string;
  readonly p: number;
  /** Of the token that is followed (default: token 0). */
  readonly followed: { readonly p: number; readonly rank: number };
}

/** Of a lens's cells. */
export interface LensPlace {
  readonly row: number;
  readonly position: number;
}

/** A graph's question, and the cuts to make in it. */
export interface CutRequest {
  /** The resolved spec of a graph's document. */
  readonly spec: Readonly<Record<string, unknown>>;
  /**
   * Edges by name ('a0.h1->m1'); a node's name for all wires into it ('m1'), with an arrow for all
   * wires out of it ('m1->'). With positions, each has a place ('m1@2', 'm1->@2').
   */
  readonly cut: readonly string[];
  /** The prompt to report in full; default: the first that counts. */
  readonly case?: number;
}

type Said = CutAnswer['before'];
/** With the text of its most likely tokens. */
export type Told = Omit<Said, 'top'> & {
  readonly top: readonly (Said['top'][number] & { readonly text: string })[];
};
export type ToldAnswer = Omit<CutAnswer, 'before' | 'after'> & {
  readonly before: Told;
  readonly after: Told;
};

/** A run's cost in advance. */
export interface Cost {
  readonly forwards: number;
  readonly flops: number;
  readonly seconds: number;
  /** True if it was not planned: every run counts as a full pass, an upper bound. */
  readonly isMost: boolean;
}

export type EngineEvent =
  | ({ readonly type: 'planned' } & Omit<Cost, 'isMost'>)
  | {
      readonly type: 'progress';
      readonly fraction: number;
      readonly secondsLeft: number;
      readonly doing: string;
    }
  /** A document with the kinds finished so far. */
  | { readonly type: 'partial'; readonly document: ResultDocument }
  /** The device was lost and is being recreated; the run will resume. */
  | { readonly type: 'recovering'; readonly reason: string };

export interface OpenProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number | null;
  readonly doing: string;
  readonly bytesPerSecond?: number;
  readonly secondsLeft?: number;
}

export interface SiteError extends TensorError {
  readonly site: string;
}

/** Rejects `open` when it is cancelled or superseded by another. */
export const OPEN_CANCELLED = 'open: cancelled';

export interface Engine extends LensEngine {
  environment(): Promise<Environment>;
  /** What opening would fetch and occupy, from the small files and headers alone. */
  preview(source: ModelSource): Promise<ModelPreview>;
  /** Opens a model in place of the current one, which stays if this fails or is cancelled. */
  open(
    source: ModelSource,
    onProgress?: (progress: OpenProgress) => void,
    options?: OpenOptions,
  ): Promise<ModelInfo>;
  /** Stops `preview` and `open`. Downloaded bytes are kept; the next `open` resumes. */
  cancelOpen(): Promise<void>;
  /** Files of hub models stored on this device. */
  storage(): Promise<Storage>;
  deleteStored(keys: readonly string[]): Promise<void>;
  /** Formats a prompt with the model's chat template, as one user message. */
  chat(prompt: string): Promise<string>;
  /** A sentence encoder's vector [D]: the last block's output, averaged, with length 1. */
  embedding(tokens: readonly number[]): Promise<Float32Array>;
  tokenize(text: string, bos: boolean): Promise<Token[]>;
  /** Text of consecutive tokens. */
  decode(ids: readonly number[]): Promise<string>;
  /** The `k` most likely tokens after `tokens` (for an encoder: at the mask), most likely first. */
  predict(tokens: readonly number[], k: number): Promise<NextTokenRow[]>;
  capture(request: CaptureRequest): Promise<Record<string, Tensor>>;
  /** Gradients of one number at hook sites. Rejects with an Error if they are not finite. */
  gradients(request: GradientsRequest): Promise<FoundGradients>;
  /** `follow`: the id of a token whose probability and rank are read in every cell, too. */
  lens(tokens: readonly number[], follow?: number, through?: LensThrough): Promise<LensResult>;
  /** The `k` likeliest tokens of one of its cells, most likely first: one pass of the prompt. */
  lensTop(
    tokens: readonly number[],
    place: LensPlace,
    k: number,
    through?: LensThrough,
  ): Promise<NextTokenRow[]>;
  /**
   * A prompt to start with: the first fact that the model knows, from the model's own facts or else
   * from 40 well-known ones; within five seconds, else the best so far. Remembered with the model's
   * copies. Rejects with an Error for a model that predicts nothing, with CANCELLED when cancelled.
   */
  firstPrompt(runId: string): Promise<FirstPrompt>;
  /**
   * Notices about a question before it runs: how the typed words differ from what is traced, and
   * how to fix it.
   */
  notices(question: Readonly<Record<string, unknown>>): Promise<readonly Notice[]>;
  /** Why a shipped task set does not suit this model or experiment; null if it does. */
  whyUnfit(kind: string, set: string): Promise<string | null>;
  /** Resolves a question of any experiment to a spec. Rejects with an Error. */
  resolve(question: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  /**
   * A run's cost in advance; above `mostPlanned` runs (default 100,000) only an upper bound.
   * `cancel` stops one that was given an id.
   */
  estimate(
    spec: Record<string, unknown>,
    options?: { readonly runId?: string; readonly mostPlanned?: number },
  ): Promise<Cost>;
  run(
    runId: string,
    spec: Record<string, unknown>,
    onEvent?: (event: EngineEvent) => void,
  ): Promise<ResultDocument>;
  /**
   * Draws more noise for single numbers of a trace; returns the document with `tightened`, and
   * sends it after every look. Rejects with an Error if nothing varies, if a cell does not exist,
   * or if the document is of another model.
   */
  tighten(
    runId: string,
    request: TightenRequest,
    onEvent?: (event: EngineEvent) => void,
  ): Promise<ResultDocument>;
  /** An upper bound on the cost of `tighten`. */
  estimateTighten(request: TightenRequest): Promise<Omit<Cost, 'isMost'>>;
  /**
   * The model's answer with wires of a graph cut, each replaced according to the graph's ablation,
   * over the prompts that count. Rejects with an Error for an unknown wire or a question of another
   * kind.
   */
  answerWithCuts(request: CutRequest): Promise<ToldAnswer>;
  /** Cuts each edge alone, over the same prompts, with scores as in a graph's document. */
  measureEdges(request: CutRequest): Promise<MeasuredEdge[]>;
  /**
   * Continues a prompt and reports every token as it is chosen. Rejects with an Error if the
   * request is invalid, with CANCELLED when cancelled.
   */
  generate(
    runId: string,
    request: GenerateRequest,
    onToken?: (token: GeneratedToken) => void,
  ): Promise<Generation>;
  /** Stops a `run`, a `tighten` or a `generate`. */
  cancel(runId: string): Promise<void>;
  /**
   * Compares every hook site on this prompt with another implementation: the float64 reference, or
   * the model exported to ONNX and run by onnxruntime-web. Documents of later runs include the
   * result.
   */
  verify(tokens: readonly number[], against: VerifyAgainst): Promise<Verification>;
  /**
   * The open model as ONNX with hook sites as named outputs: the file, and separate weight files if
   * they are large.
   */
  exportOnnx(): Promise<readonly { readonly name: string; readonly bytes: Uint8Array }[]>;
  /** Destroys the device on purpose, to test recovery. */
  loseDevice(): Promise<void>;
  close(): Promise<void>;
}
