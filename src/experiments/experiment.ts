/**
 * What an experiment is: one pure file that says which runs answer a question, and what their numbers mean. The engine
 * runs every experiment the same way: case after case, each a list of runs of its own, then one document from all.
 */
import type { Run } from '../forward/request/types';
import type { Counters, RunResult } from '../forward/request/contract';
import type { ModelSpec } from '../model/spec';
import type { ResultDocument } from '../results/document';
import type { ResolveContext } from './common/prompt';

/** The map of Mueller et al. 2025, "The Quest for the Right Mediator": what an experiment varies, and how. */
export interface About {
  /** Short name, e.g. 'Activation patching'. */
  readonly title: string;
  /** The question in plain words, e.g. 'Which states carry the answer over?' */
  readonly asks: string;
  readonly mediators: readonly Mediator[];
  readonly search: Search;
  readonly interventions: readonly string[];
  /** What a finding of this kind does not show; one sentence. */
  readonly limits: string;
  /** Page below docs/, e.g. 'activation-patching.md'. */
  readonly docs: string;
  /** Where the method comes from. */
  readonly citation?: { readonly text: string; readonly url: string };
  /** What it needs beside a prompt and an answer; default nothing. */
  readonly needs?: Needs;
  /** The spec's own fields, as a form shows them. */
  readonly options?: readonly Option[];
  /** Options that suit one of several mediators, e.g. the grids of heads. */
  readonly starts?: Readonly<Partial<Record<Mediator, Readonly<Record<string, unknown>>>>>;
}

/** What a question must have before it can be asked. */
export interface Needs {
  readonly subject?: boolean;
  /** The prompt's corrupted twin. */
  readonly corrupted?: boolean;
  readonly distractor?: boolean;
  /** The only metric that it is asked with; default any. */
  readonly metric?: 'p' | 'logprob' | 'logit-diff' | 'rank';
  /** At least so many prompts, from a task set; default 1. */
  readonly cases?: number;
  /** It brings prompts of its own, in fields that must be filled in: their names, and what each is in words. */
  readonly own?: Readonly<Record<string, string>>;
}

interface OptionBase {
  /** The spec's field; within a row or a variant also a field of a field, 'source.value'. */
  readonly name: string;
  /** Plain words, e.g. 'Put back into'. */
  readonly label: string;
  /** Within a row: shown where other fields of the row have one of these values. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** One field of a form; `default` is what the spec's schema fills in (null: nothing). */
export type Option = OptionBase &
  (
    | { readonly kind: 'choice'; readonly choices: readonly Choice[]; readonly default: string }
    | {
        readonly kind: 'multichoice';
        readonly choices: readonly Choice[];
        readonly default: readonly string[];
      }
    | {
        readonly kind: 'number';
        readonly default: number | null;
        readonly min?: number;
        readonly max?: number;
      }
    /** `isFile`: they may be many, and come from a file. */
    | { readonly kind: 'numbers'; readonly default: readonly number[] | null; readonly isFile?: boolean }
    | { readonly kind: 'text'; readonly default: string | null }
    | { readonly kind: 'check'; readonly default: boolean }
    /** Texts, one a line. */
    | { readonly kind: 'lines'; readonly default: readonly string[] | null; readonly example: string }
    /** A layer or a head of the model. */
    | { readonly kind: 'layer' | 'head'; readonly default: number | null }
    /** A hook site of the model. */
    | { readonly kind: 'site'; readonly default: string }
    /** Positions by name, or as numbers. */
    | {
        readonly kind: 'places';
        readonly choices: readonly Choice[];
        readonly default: string | readonly number[];
      }
    /** A task set, shipped or from a file. */
    | { readonly kind: 'set'; readonly default: null }
    /** A list of objects with these fields; `each` is what one of them is, 'edit'. */
    | {
        readonly kind: 'rows';
        readonly each: string;
        readonly columns: readonly Option[];
        readonly default: readonly object[] | null;
      }
    /** An object of one of several shapes, which its field `tag` names. */
    | {
        readonly kind: 'variant';
        readonly tag: string;
        readonly variants: readonly (Choice & { readonly fields: readonly Option[] })[];
        readonly default: Readonly<Record<string, unknown>> | null;
      }
  );

export type Mediator =
  | 'residual stream'
  | 'sub-layer'
  | 'head'
  | 'neuron'
  | 'edge'
  | 'direction'
  | 'attention';
export type Search = 'exhaustive' | 'observation' | 'supervised' | 'user';

/** Everything a document says beside the experiment's own numbers. */
export interface DocumentContext {
  readonly model: ResultDocument['model'];
  readonly environment: ResultDocument['environment'];
  readonly counters: Counters;
  readonly spec: ModelSpec;
  /** Edited runs that changed nothing, of all edited runs. */
  readonly unchanged: { readonly runs: number; readonly of: number; readonly examples: readonly string[] };
  /** Cases that were measured before the study was interrupted; counters and seconds include them. */
  readonly takenUp: number;
  /** Text of one token. */
  decode(id: number): string;
  /** Name of what a logit stands for: a token's text, or a class. */
  outcome(id: number): string;
}

/** What the runs of one case gave. */
export interface CaseResults {
  /** By the ids that `plan` gave them; of finished units only. */
  readonly runs: Readonly<Record<string, RunResult>>;
  readonly finished: ReadonlySet<string>;
  /** The weights that `weights` asked for, by name. */
  readonly weights: Readonly<Record<string, Float32Array>>;
}

/** Runs over cases, in order; each case's numbers are plain JSON, so they can be kept and taken up again. */
export interface Stage<Spec, Measured, Prepared> {
  /** How many cases there are, at least 1; 0 in `prepare` where this spec needs none. */
  cases(spec: Spec): number;
  /**
   * What `plan` would make of case i, at most: runs, and the tokens of each. Absent where they are few whatever the spec
   * says.
   */
  size?(spec: Spec, model: ModelSpec, i: number): { readonly runs: number; readonly tokens: number };
  /** The runs of case i: self-contained, ids unique within the case. */
  plan(spec: Spec, model: ModelSpec, i: number, prepared: Prepared): Run[];
  /** The numbers of case i; null while units that it needs are missing. */
  measure(spec: Spec, model: ModelSpec, i: number, results: CaseResults, prepared: Prepared): Measured | null;
  /** What is being done while this unit of a single case is run, e.g. 'restoring mlp'. */
  doing?(unit: string): string;
  /** Names of weights that `measure` reads, e.g. 'embed.W_E'; default none. */
  weights?(spec: Spec, model: ModelSpec): readonly string[];
}

/** One step of a search: what to measure next. */
export interface Round<Spec, Found> {
  readonly stage: Stage<Spec, unknown, null>;
  /** What is being done, e.g. 'cutting edges into logits'. */
  readonly doing: string;
  /** Share of the whole search that is done after this round, as far as one can tell; grows from round to round. */
  readonly share: number;
  /** What is known before this round, for a picture while it goes on; null: nothing yet. */
  readonly found: Found | null;
}

/**
 * A search decides what to measure next from what it has measured: round after round, each yielding a stage and being
 * handed what that stage's cases gave. Pure: the same numbers lead to the same rounds, so an interrupted search is taken
 * up by going through the rounds that were kept.
 */
export type Rounds<Spec, Found, Result = Found> = Generator<Round<Spec, Found>, Result, readonly unknown[]>;

export interface SearchOf<Spec, Measured, Found> {
  /** `measured`: what the experiment's own cases gave. */
  rounds(spec: Spec, model: ModelSpec, measured: readonly Measured[]): Rounds<Spec, Found>;
  /** What the rounds will cost, at most or about: a stage that is like them, and how many times as much. */
  outlook(
    spec: Spec,
    model: ModelSpec,
  ): { readonly stage: Stage<Spec, unknown, null>; readonly times: number };
}

export interface Experiment<Spec, Measured, Observed = never, Prepared = null, Found = null>
  extends Stage<Spec, Measured, Prepared> {
  /** The spec's `kind`. */
  readonly kind: string;
  readonly about: About;
  /** Throws one sentence naming path, got and expected. */
  parseSpec(json: unknown, model?: ModelSpec): Spec;
  /** A question as typed to a spec: token ids, positions and defaults become numbers. Rejects with one sentence. */
  resolve(question: unknown, context: ResolveContext): Promise<Spec>;
  /** Something that has to be measured on its own cases first: a mean activation, a direction, a scan. */
  readonly prepare?: Stage<Spec, Observed, null> & {
    reduce(spec: Spec, model: ModelSpec, observed: readonly Observed[]): Prepared;
    /** Something of the same shape, to plan with before anything is measured. */
    blank(spec: Spec, model: ModelSpec): Prepared;
  };
  /** Goes on from what the cases gave, if that decides what is measured next. */
  readonly search?: SearchOf<Spec, Measured, Found>;
  /**
   * A document from the cases that are measured so far (null: not yet), and from what the search has found so far (null:
   * nothing yet); null while there is nothing to show.
   */
  reduce(
    spec: Spec,
    measured: readonly (Measured | null)[],
    context: DocumentContext,
    prepared: Prepared,
    found: Found | null,
  ): ResultDocument | null;
}

/** An experiment whose types have been forgotten: the registry holds all of them side by side. */
export type AnyExperiment = Experiment<Record<string, unknown>, unknown, unknown, unknown, unknown>;

/** Only `parseSpec`'s and `measure`'s results are ever handed back to an experiment, so its types are safe to forget. */
export function anyExperiment<S, M, O, P, F>(experiment: Experiment<S, M, O, P, F>): AnyExperiment {
  return experiment as unknown as AnyExperiment;
}
