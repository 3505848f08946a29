/**
 * The engine's contract (TERMINOLOGY, "Engine"): plain data in, events out. The page reaches it
 * through a worker; the command line and library users call it directly. Nothing else composes
 * load, weights, forward and experiments.
 */
import type { TensorError } from '../forward/reference/compare';
import type { Callback, Edit, Mask, PositionEdit, Rewrite } from '../forward/request/types';
import type { Tensor } from '../forward/request/contract';
import type { DecodingTables } from '../forward/request/decoding';
import type { ModelSpec } from '../model/spec';
import type { ResultDocument } from '../results/document';
import type { CutAnswer, MeasuredEdge } from '../experiments/graph/answer';
import type { Sigma } from '../experiments/common/noise';
import type { Notice, Words } from '../experiments/common/notices';
import type { TraceQuestion } from '../experiments/trace/question';
import type { TightenRequest } from '../experiments/trace/tighten';
import type { Fact } from '../load/card';
import type { ModelSource } from '../load/source';
import type { Token } from '../load/tokenizer';
import type { Contrast } from '../util/contrast';
import type { Sampling } from './sampler';

export type {
  Contrast,
  DecodingTables,
  Fact,
  MeasuredEdge,
  ModelSource,
  Notice,
  Sampling,
  TightenRequest,
  Token,
  TraceQuestion,
  Words,
};

/** 32-bit floats, or half floats packed in pairs: half the memory, weights rounded to 11 bits. */
export type WeightFormat = 'f32' | 'f16';

export interface SpecialToken {
  readonly id: number;
  readonly text: string;
}

export interface OpenOptions {
  /** Default: f32. */
  readonly weights?: WeightFormat;
}

/** What is known of a model before its weights are fetched. */
export interface ModelPreview {
  readonly title: string;
  /** Commit where the server told it. */
  readonly revision: string;
  readonly spec: ModelSpec;
  /** What was let through though it is not as it should be, a sentence each. */
  readonly notes: readonly string[];
  readonly parameters: number;
  /** Bytes of the files that opening reads, and how many of them are kept on this device already. */
  readonly downloadBytes: number;
  readonly cachedBytes: number;
  /** Bytes on the device by format, and why the device cannot hold them (null: it can). */
  readonly formats: Readonly<
    Record<WeightFormat, { readonly gpuBytes: number; readonly problem: string | null }>
  >;
}

/** A file of a hub model that is kept on this device. */
export interface StoredFile {
  /** What `deleteStored` takes. */
  readonly key: string;
  /** e.g. 'HuggingFaceTB/SmolLM2-135M', and the file in it. */
  readonly model: string;
  readonly file: string;
  readonly revision: string;
  readonly bytes: number;
  /** Bytes that are there; fewer than `bytes` for a download that was stopped and can go on. */
  readonly present: number;
}

export interface Storage {
  readonly files: readonly StoredFile[];
  /** Bytes that this page uses and may use; null where the browser does not tell. */
  readonly usage: number | null;
  readonly quota: number | null;
}

/** What one verification compares with. */
export type VerifyAgainst = 'reference' | 'onnxruntime';

export interface Verification {
  /** e.g. 'onnxruntime-web 1.30.0' or 'float64 reference'. */
  readonly against: string;
  /** Largest allowed |ours - theirs| of a site's tensor over its largest value. */
  readonly bar: number;
  /** One row per hook site, in the order of the pass. */
  readonly errors: readonly SiteError[];
}

/** What the page and the command line know of an open model. */
export interface ModelInfo {
  readonly id: string;
  readonly title: string;
  readonly revision: string;
  /** Hash of the weight file. */
  readonly sha256: string;
  readonly spec: ModelSpec;
  /** What was let through though it is not as it should be (weights that are not finite too), a sentence each. */
  readonly notes: readonly string[];
  readonly parameters: number;
  /** Bytes of the weight files. */
  readonly bytes: number;
  /** Default for "add BOS", from the model's card or tokenizer. */
  readonly bos: boolean;
  /** What "add BOS" puts around a prompt: BOS before it; [CLS] before and [SEP] after for encoders; both may be empty. */
  readonly special: { readonly prefix: readonly SpecialToken[]; readonly suffix: readonly SpecialToken[] };
  /** The token that stands for the word that an encoder fills in; null for models that continue a prompt. */
  readonly maskToken: SpecialToken | null;
  /** Has a chat template, so `chat` can put a prompt into it. */
  readonly hasChatTemplate: boolean;
  /** How matrices are kept on the device. */
  readonly weights: WeightFormat;
  /** Bytes of the weights on the device. */
  readonly gpuBytes: number;
  /**
   * One sigma of subject-token embeddings and how it was made: the card's, else measured when the model was opened; null
   * where the embeddings have no spread.
   */
  readonly sigma: (Sigma & { readonly rule: string }) | null;
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

export interface FirstPrompt {
  readonly prompt: string;
  /** Words of it. */
  readonly subject: string;
  /** The model's likeliest token, and the likeliest other; '' where the text would be read as another token. */
  readonly answer: string;
  readonly distractor: string;
  /** Probability of the likeliest token. */
  readonly p: number;
  /** The likeliest token begins the fact's answer, with p of at least 0.5. */
  readonly isKnown: boolean;
}

export interface CaptureRequest {
  readonly tokens: readonly number[];
  readonly sites: readonly string[];
  /** Only these heads of every site, in this order; default all. */
  readonly heads?: readonly number[];
  /** Of scores and patterns: the largest value of each square of positions, see `Capture`; default every value. */
  readonly pool?: number;
  readonly edits?: readonly Edit[];
  readonly masks?: readonly Mask[];
  readonly rewrites?: readonly Rewrite[];
  readonly positions?: readonly PositionEdit[];
  /** Token ids of other prompts by name: runs that edits may take their values from. */
  readonly prompts?: Readonly<Record<string, readonly number[]>>;
  /** TypeScript hooks that see and may change a site; in-process use only, never through the worker. */
  readonly callbacks?: readonly Callback[];
}

/** Edits, masks and rewrites are applied at every step, at the positions that they name. */
export interface GenerateRequest extends DecodingTables {
  /** The prompt, BOS counted; with `maxNew` together at most nCtx. */
  readonly tokens: readonly number[];
  /** New tokens per sequence at most. */
  readonly maxNew: number;
  readonly sampling: Sampling;
  /** Sequences from the one prompt, which differ by their random numbers; default 1. */
  readonly sequences?: number;
  /** A sequence ends after the tokenizer's end-of-text token; default true. */
  readonly stopAtEos?: boolean;
  /** A second branch with these tables instead, from whose logits the sampler's are pushed away. */
  readonly contrast?: Contrast & DecodingTables;
}

/** `logit` and `p` (their softmax) are what the sampler was given: of the edited model, contrasted if asked, unfiltered. */
export interface GeneratedToken extends NextTokenRow {
  readonly sequence: number;
  /** Counted from 0; the token stands at position (prompt's length + step). */
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

/** What was generated, by what, and how. */
export interface Generation {
  readonly request: GenerateRequest;
  readonly sequences: readonly GeneratedSequence[];
  readonly model: ResultDocument['model'];
  readonly environment: ResultDocument['environment'];
}

/** Top-1 token of every (layer, position): residual stream through the final norm and the unembedding. */
export interface LensResult {
  /** Rows: 'embed' input of block 0, then the output of each block; [L+1][T]. */
  readonly cells: readonly (readonly { readonly id: number; readonly text: string; readonly p: number }[])[];
}

/** A graph's question, and what is cut of it. */
export interface CutRequest {
  /** The resolved spec of a graph's document. */
  readonly spec: Readonly<Record<string, unknown>>;
  /**
   * Edges by name ('a0.h1->m1'), all wires into a node by the node's ('m1'), all wires out of it with an arrow behind
   * ('m1->'); with positions each has its place ('m1@2', 'm1->@2').
   */
  readonly cut: readonly string[];
  /** The prompt that is told in full; default the first that counts. */
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
  readonly bytesPerSecond?: number;
  readonly secondsLeft?: number;
}

export interface SiteError extends TensorError {
  readonly site: string;
}

/** Rejects `open` when it is cancelled or overtaken by another. */
export const OPEN_CANCELLED = 'open: cancelled';

/** Thrown (rejected) when a run is cancelled; finished kinds have been sent as 'partial'. */
export const CANCELLED = 'run: cancelled';

export interface Engine {
  environment(): Promise<Environment>;
  /** What opening would fetch and occupy, from the small files and headers alone. */
  preview(source: ModelSource): Promise<ModelPreview>;
  /** Opens a model in place of the present one, which stays if this fails or is cancelled. */
  open(
    source: ModelSource,
    onProgress?: (progress: OpenProgress) => void,
    options?: OpenOptions,
  ): Promise<ModelInfo>;
  /** Stops `preview` and `open`; what has been downloaded is kept and the next `open` goes on from there. */
  cancelOpen(): Promise<void>;
  /** Files of hub models that are kept on this device. */
  storage(): Promise<Storage>;
  deleteStored(keys: readonly string[]): Promise<void>;
  /** A prompt put into the model's chat template as one message of the user. */
  chat(prompt: string): Promise<string>;
  /** The vector of a sentence encoder: mean over positions of the last block's output, length 1; [D]. */
  embedding(tokens: readonly number[]): Promise<Float32Array>;
  tokenize(text: string, bos: boolean): Promise<Token[]>;
  /** Text of tokens in a row. */
  decode(ids: readonly number[]): Promise<string>;
  /** The `k` most likely next tokens after `tokens` (for an encoder: in place of the mask), most likely first. */
  predict(tokens: readonly number[], k: number): Promise<NextTokenRow[]>;
  capture(request: CaptureRequest): Promise<Record<string, Tensor>>;
  lens(tokens: readonly number[]): Promise<LensResult>;
  /**
   * A prompt to begin with: the first of the model's facts, or else of 40 well-known ones, that the model knows; within
   * five seconds, else the best so far. Remembered with the model's copies. Rejects with one sentence for a model that
   * predicts nothing, with CANCELLED when `cancel`led.
   */
  firstPrompt(runId: string): Promise<FirstPrompt>;
  /** What to know of a question before it is asked: what was typed and what is traced, and what would mend it. */
  notices(question: TraceQuestion | Readonly<Record<string, unknown>>): Promise<readonly Notice[]>;
  /** Why a shipped task set does not suit this model or what the experiment needs, in a few words; null if it does. */
  whyUnfit(kind: string, set: string): Promise<string | null>;
  /** Turns a question of any experiment (default: the trace) into a resolved spec; throws one clear sentence if it cannot. */
  resolve(question: TraceQuestion | Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  /**
   * What a run will cost, before it is spent; of more than `mostPlanned` runs (default 100,000) only the most. `cancel`
   * stops one that was given an id.
   */
  estimate(
    spec: Record<string, unknown>,
    options?: { readonly runId?: string; readonly mostPlanned?: number },
  ): Promise<{ forwards: number; flops: number; seconds: number; isMost: boolean }>;
  run(
    runId: string,
    spec: Record<string, unknown>,
    onEvent?: (event: EngineEvent) => void,
  ): Promise<ResultDocument>;
  /**
   * More noise draws of single numbers of a trace: the document with `tightened`, again after every look. Rejects with one
   * sentence where nothing varies, for a cell that is not in it, or for another model than the open one.
   */
  tighten(
    runId: string,
    request: TightenRequest,
    onEvent?: (event: EngineEvent) => void,
  ): Promise<ResultDocument>;
  /** What that will cost at most. */
  estimateTighten(request: TightenRequest): Promise<{ forwards: number; flops: number; seconds: number }>;
  /**
   * The model's answer with wires of a graph cut, each carrying what the graph's ablation says, over the prompts that
   * count. Rejects with one sentence for an unknown wire or a question of another kind.
   */
  answerWithCuts(request: CutRequest): Promise<ToldAnswer>;
  /** Each of the edges that are meant cut alone, over the same prompts: scores as a graph's document has them. */
  measureEdges(request: CutRequest): Promise<MeasuredEdge[]>;
  /**
   * Continues a prompt; every token is told as it is chosen. Rejects with one sentence if the request is wrong, with
   * CANCELLED when cancelled.
   */
  generate(
    runId: string,
    request: GenerateRequest,
    onToken?: (token: GeneratedToken) => void,
  ): Promise<Generation>;
  /** Stops a `run`, a `tighten` or a `generate`. */
  cancel(runId: string): Promise<void>;
  /**
   * Every hook site on this prompt against another implementation: the float64 reference, or the model exported to
   * ONNX and run by onnxruntime-web. The result goes into the documents of later runs.
   */
  verify(tokens: readonly number[], against: VerifyAgainst): Promise<Verification>;
  /** The open model as ONNX, hook sites as named outputs: the file, and its weights beside it where they are large. */
  exportOnnx(): Promise<readonly { readonly name: string; readonly bytes: Uint8Array }[]>;
  /** Destroys the device on purpose (tests of recovery). */
  loseDevice(): Promise<void>;
  close(): Promise<void>;
}
