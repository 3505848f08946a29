/** The question that stands in the editor, and what the engine has said about it so far. */
import { createStore } from 'zustand/vanilla';
import type { FirstPrompt, NextTokenRow, Notice, Token } from '../../engine/api';
import type { Metric } from '../../results/parts';
import type { TraceKind } from '../../results/traceMap';

export type ByteRange = readonly [number, number];

/** A question that a file holds; the editor's own fields wait. */
export interface GivenQuestion {
  readonly name: string;
  readonly question: Readonly<Record<string, unknown>>;
}

/** Prompts of a task set in place of the one that is typed. */
export interface SetChoice {
  /** A shipped set, or the file that `text` is from. */
  readonly name: string;
  readonly text?: string;
  /** So many, drawn with seed 1; null: all. */
  readonly take: number | null;
}

export interface Draft {
  /** The experiment's kind. */
  readonly kind: string;
  /** Fields of experiments' own, by kind; only those that were changed. */
  readonly options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly given: GivenQuestion | null;
  /** For every question but the trace, which is about one prompt. */
  readonly set: SetChoice | null;
  readonly prompt: string;
  readonly bos: boolean;
  /** UTF-8 bytes [begin, end) of the prompt that are the subject. */
  readonly subject: ByteRange | null;
  /** Token text with its leading space; '' = what the model says. */
  readonly answer: string;
  readonly distractor: string;
  readonly metric: Metric;
  readonly corruption: 'noise' | 'tokens';
  /** 's3', 's2.5', or a number. */
  readonly noise: string;
  readonly samples: number;
  readonly seed: number;
  /** The other prompt: the corrupted twin, for experiments that have one and for corruption by tokens. */
  readonly corruptTo: string;
  readonly window: 'depth' | 'fixed' | 'rome';
  readonly windowSize: number;
  readonly kinds: readonly TraceKind[];
  readonly wholeSubject: boolean;
}

export interface Estimate {
  readonly forwards: number;
  readonly flops: number;
  readonly seconds: number;
  /** It costs no more than that; how much less was not planned. */
  readonly isMost: boolean;
}

export interface DraftState {
  readonly draft: Draft;
  readonly tokens: readonly Token[];
  /** Tokens of `corruptTo`. */
  readonly otherTokens: readonly Token[];
  /** Next tokens of the clean prompt. */
  readonly next: readonly NextTokenRow[];
  /** The resolved question; null while it is unknown or cannot be asked. */
  readonly spec: Record<string, unknown> | null;
  readonly estimate: Estimate | null;
  /** What to know of the question, with what would mend it. */
  readonly notices: readonly Notice[];
  /** One sentence: why the question cannot be asked. */
  readonly problem: string | null;
  /** What is still to be done before the question can be run. */
  readonly hint: string | null;
  /** The prompt that the open model was opened on; null for none. */
  readonly first: FirstPrompt | null;
  /** The search for it, while it runs. */
  readonly searching: string | null;
  /** The estimate that was asked for last. */
  readonly estimating: string | null;
}

export const EMPTY_DRAFT: Draft = {
  kind: 'causal-trace',
  options: {},
  given: null,
  set: null,
  prompt: '',
  bos: true,
  subject: null,
  answer: '',
  distractor: '',
  metric: 'p',
  corruption: 'noise',
  noise: 's3',
  samples: 10,
  seed: 1,
  corruptTo: '',
  window: 'depth',
  windowSize: 3,
  kinds: ['hidden', 'mlp', 'attn'],
  wholeSubject: true,
};

/** What is known of a question that has just been changed: nothing. */
export const UNCHECKED = { spec: null, estimate: null, notices: [], problem: null, hint: null } as const;

export const createDraftStore = () =>
  createStore<DraftState>(() => ({
    draft: EMPTY_DRAFT,
    tokens: [],
    otherTokens: [],
    next: [],
    first: null,
    searching: null,
    estimating: null,
    ...UNCHECKED,
  }));
