/**
 * A question about a net that comes as an ONNX graph. It asks the engine for runs and gives figures;
 * `engine/net/study.ts` makes the document. Beside `../experiment.ts`, whose experiments plan forward
 * passes of language models: a net has no tokens, heads or blocks.
 */
import type { NetSpec } from '../../model/net';
import type { NetRun } from '../../model/netRun';
import type { Pixels, Preprocessing } from '../../model/picture';
import type { ResultDocument } from '../../results/document';
import type { About } from '../experiment';

/** What the form and the list of questions show. */
export type NetAbout = Pick<
  About,
  'title' | 'asks' | 'short' | 'group' | 'limits' | 'docs' | 'citation' | 'options'
>;

/** Fields of every question, as documents hold it. */
export interface NetQuestion {
  readonly kind: string;
  readonly model: { readonly id: string; readonly revision: string };
  readonly preprocessing: Preprocessing | null;
  readonly images: readonly { readonly name: string; readonly sha256: string }[];
}

export interface ClassQuestion extends NetQuestion {
  readonly class: number;
  readonly name: string;
}

export interface NetExperiment<Spec extends NetQuestion> {
  readonly kind: string;
  readonly about: NetAbout;
  /**
   * One picture; several, of one class if `asksClass`; none, for a net whose input is a latent; or
   * several or none, as the net takes them.
   */
  readonly takes: 'picture' | 'pictures' | 'latents' | 'either';
  /** Whether the question is about a class of the net. */
  readonly asksClass: boolean;
  /** Throws one sentence naming path, got and expected. */
  parseSpec(json: unknown): Spec;
  /** Throws one sentence for a question that does not fit the net. */
  resolve(question: Readonly<Record<string, unknown>>, context: NetContext): Spec;
  /** Rejects with CANCELLED, or one sentence if there is nothing to ask. */
  measure(spec: Spec, lab: NetLab): Promise<NetFindings>;
}

/** Types erased, for the list. An experiment only gets back what its own parser returned. */
export type AnyNetExperiment = NetExperiment<NetQuestion>;

export const anyNetExperiment = <S extends NetQuestion>(one: NetExperiment<S>): AnyNetExperiment =>
  one as unknown as AnyNetExperiment;

/** What is open, and what it is asked about. */
export interface NetContext extends Omit<NetQuestion, 'kind' | 'class' | 'name'> {
  readonly net: NetSpec;
  /** Number of classes; null: the net names none. */
  readonly classes: number | null;
  /** A class's name. */
  label(id: number): string;
}

export interface NetTensorData {
  /** [runs, ...] */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface NetAsk {
  /** As the net takes them; default: the question's. */
  readonly images?: readonly Float32Array[];
  readonly runs: readonly NetRun[];
  /** For layer masking: 1 where the image is kept, 0 where it is removed, [H * W] each. */
  readonly masks?: readonly Uint8Array[];
  /** Sites to read, after edits; default: the answer. */
  readonly reads?: readonly string[];
  /** For progress: e.g. 'hidden', and the part [begin, end] of the whole work, 0 to 1. */
  readonly doing: string;
  readonly share?: readonly [number, number];
}

/** What an experiment can do. */
export interface NetLab extends Pick<NetContext, 'net' | 'classes' | 'label'> {
  /** Those of the question, as the net takes them. */
  readonly images: readonly Float32Array[];
  /** Tensors by site. Rejects with CANCELLED. */
  ask(request: NetAsk): Promise<Readonly<Record<string, NetTensorData>>>;
  /** Shows what is found so far. */
  show(found: NetFindings): void;
  /** What an interrupted run of the same question has kept under this number, as it was given. */
  kept(part: number): unknown;
  /** Keeps plain JSON, so that an interrupted run resumes. */
  keep(part: number, value: unknown): Promise<void>;
}

/** A picture that figures lie over. */
export interface ShownPicture extends Pixels {
  readonly name: string;
  /** Of the file; absent if the net made the picture. */
  readonly sha256?: string;
}

/** What becomes the document; counters and environment are added. */
export interface NetFindings
  extends Pick<ResultDocument, 'title' | 'finding' | 'notes' | 'figures' | 'graph'> {
  /** Those that figures with `over` name by their index. */
  readonly pictures?: readonly ShownPicture[];
  readonly measured: number;
  readonly skipped: ResultDocument['cases']['skipped'];
}
