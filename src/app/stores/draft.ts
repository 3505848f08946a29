/** The editor's question, and the engine's results for it. */
import { createStore } from 'zustand/vanilla';
import type { Cost, FirstPrompt, NextTokenRow, Notice, Token } from '../../engine/api';
import { NOISE } from '../../experiments/common/noise';
import type { Metric } from '../../results/parts';

export type ByteRange = readonly [number, number];

/** A file's question; the editor's own fields are set aside. */
export interface GivenQuestion {
  readonly name: string;
  readonly question: Readonly<Record<string, unknown>>;
}

/** A task set's prompts instead of the typed one. */
export interface SetChoice {
  /** A shipped set, or the file of `text`. */
  readonly name: string;
  readonly text?: string;
  /** Number of prompts, drawn with seed 1; null: all. */
  readonly take: number | null;
}

export interface Draft {
  /** The experiment's kind. */
  readonly kind: string;
  /** Changed fields of experiments, by kind. */
  readonly options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly given: GivenQuestion | null;
  /** For all questions but the trace, which has one prompt. */
  readonly set: SetChoice | null;
  readonly prompt: string;
  readonly bos: boolean;
  /** UTF-8 bytes [begin, end) of the subject in the prompt. */
  readonly subject: ByteRange | null;
  /** Token text with its leading space; '': the model's prediction. */
  readonly answer: string;
  readonly distractor: string;
  readonly metric: Metric;
  /** The corrupted twin. */
  readonly corruptTo: string;
}

export interface DraftState {
  readonly draft: Draft;
  readonly tokens: readonly Token[];
  /** Tokens of `corruptTo`. */
  readonly otherTokens: readonly Token[];
  /** Next tokens of the clean prompt. */
  readonly next: readonly NextTokenRow[];
  /** The resolved question; null while unknown or invalid. */
  readonly spec: Record<string, unknown> | null;
  readonly estimate: Cost | null;
  /** Notices with their fixes. */
  readonly notices: readonly Notice[];
  /** One sentence: why the question cannot be asked. */
  readonly problem: string | null;
  /** What is missing before the question can run. */
  readonly hint: string | null;
  /** The open model's first prompt; null for none. */
  readonly first: FirstPrompt | null;
  /** Its running search. */
  readonly searching: string | null;
  /** The latest estimate requested. */
  readonly estimating: string | null;
}

export const TRACE = 'causal-trace';

/** Noise, even beside a twin that another question needs. */
export const BY_NOISE = { type: 'noise', ...NOISE };

export const EMPTY_DRAFT: Draft = {
  kind: TRACE,
  options: { [TRACE]: { corruption: BY_NOISE, groups: ['subject'] } },
  given: null,
  set: null,
  prompt: '',
  bos: true,
  subject: null,
  answer: '',
  distractor: '',
  metric: 'p',
  corruptTo: '',
};

/** State of a changed question: nothing known. */
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
