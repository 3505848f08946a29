/**
 * An experiment: a pure file that gives the runs of a question and the meaning of their numbers.
 * The engine runs all of them alike: case by case, each a list of runs, then one document.
 */
import type { Run } from '../forward/request/types';
import type { Counters, RunResult } from '../forward/request/contract';
import type { ModelSpec } from '../model/spec';
import type { ResultDocument } from '../results/document';
import type { ResolveContext } from './common/prompt';

/** What an experiment varies, by Mueller et al. 2025, "The Quest for the Right Mediator". */
export interface About {
  /** Short name, e.g. 'Activation patching'. */
  readonly title: string;
  /** The question in plain words, e.g. 'Which states carry the answer?' */
  readonly asks: string;
  /** Where the list of questions shows it, and the same question in at most four words. */
  readonly group: QuestionGroup;
  readonly short: string;
  readonly mediators: readonly Mediator[];
  readonly search: Search;
  /** Option values with which it searches by gradient, if it can do both. */
  readonly byGradient?: Readonly<Record<string, unknown>>;
  readonly interventions: readonly string[];
  /** What a finding of this kind does not show, in one sentence. */
  readonly limits: string;
  /** Path under docs/, e.g. 'activation-patching.md'. */
  readonly docs: string;
  /** Source of the method. */
  readonly citation?: { readonly text: string; readonly url: string };
  /** Requirements beyond a prompt and an answer; default none. */
  readonly needs?: Needs;
  /** The spec's own fields as form options. */
  readonly options?: readonly Option[];
  /** Option values that suit a mediator, e.g. the grids of heads. */
  readonly starts?: Readonly<Partial<Record<Mediator, Readonly<Record<string, unknown>>>>>;
}

/** Where?, Which part?, Through what path?, What if? */
export type QuestionGroup = 'where' | 'part' | 'path' | 'change';

/** What a question needs before it can run. */
export interface Needs {
  /** 'or twin': a twin will do, whose differing words are the subject. */
  readonly subject?: true | 'or twin';
  readonly corrupted?: boolean;
  /** A twin is needed if an option of this name has this value. */
  readonly twinIf?: Readonly<Record<string, string>>;
  readonly distractor?: boolean;
  /** The only supported metric; default any. */
  readonly metric?: 'p' | 'logprob' | 'logit-diff' | 'rank';
  /** Fewest prompts, from a task set; default 1. */
  readonly cases?: number;
  /** Required fields that hold its own prompts: description by name. */
  readonly own?: Readonly<Record<string, string>>;
}

interface OptionBase {
  /** The spec's field. */
  readonly name: string;
  /** Plain words, e.g. 'Put back into'. */
  readonly label: string;
  /** Shown, and part of the question, only if other fields have one of these values. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
  /** Rarely changed: under 'More'. */
  readonly isRare?: true;
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** One field of a form; `default` is the schema's (null: none). */
export type Option = OptionBase &
  (
    | { readonly kind: 'choice'; readonly choices: readonly Choice[]; readonly default: string }
    | {
        readonly kind: 'multichoice';
        readonly choices: readonly Choice[];
        readonly default: readonly string[];
        /** Fewest; default 1. */
        readonly least?: 0;
      }
    | {
        readonly kind: 'number';
        readonly default: number | null;
        readonly min?: number;
        readonly max?: number;
      }
    /** `isFile`: long lists, read from a file. */
    | { readonly kind: 'numbers'; readonly default: readonly number[] | null; readonly isFile?: boolean }
    | { readonly kind: 'text'; readonly default: string | null }
    /** A size of noise, perhaps in sigmas. */
    | { readonly kind: 'noise'; readonly default: string }
    | { readonly kind: 'check'; readonly default: boolean }
    | { readonly kind: 'lines'; readonly default: readonly string[] | null; readonly example: string }
    | { readonly kind: 'layer' | 'head'; readonly default: number | null }
    /** null: the same site. */
    | { readonly kind: 'site'; readonly default: string | null }
    /** A site of a net; `empty`: what null means. */
    | { readonly kind: 'netSite'; readonly default: null; readonly empty: string }
    /** Layers changed together: by rule, or a number of them. */
    | { readonly kind: 'window'; readonly default: 'depth' }
    /** Positions by name, or as numbers. */
    | {
        readonly kind: 'places';
        readonly choices: readonly Choice[];
        readonly default: string | readonly number[];
      }
    /** A task set, shipped or from a file. */
    | { readonly kind: 'set'; readonly default: null }
    /** A list of objects with these fields; `each` names one, e.g. 'edit'. */
    | {
        readonly kind: 'rows';
        readonly each: string;
        readonly columns: readonly Option[];
        readonly default: readonly object[] | null;
      }
    /** An object with these fields. */
    | {
        readonly kind: 'group';
        readonly fields: readonly Option[];
        readonly default: Readonly<Record<string, unknown>>;
      }
    /** An object of one of several shapes; its field `tag` names the shape. */
    | {
        readonly kind: 'variant';
        readonly tag: string;
        readonly variants: readonly (Choice & { readonly fields: readonly Option[] })[];
        readonly default: Readonly<Record<string, unknown>> | null;
      }
  );

export type Mediator =
  | 'input token'
  | 'residual stream'
  | 'sub-layer'
  | 'head'
  | 'neuron'
  | 'edge'
  | 'direction'
  | 'attention';
export type Search = 'exhaustive' | 'gradient' | 'observation' | 'supervised' | 'user';

/** A document's inputs besides the experiment's own numbers. */
export interface DocumentContext {
  readonly model: ResultDocument['model'];
  readonly environment: ResultDocument['environment'];
  readonly counters: Counters;
  readonly spec: ModelSpec;
  /** Edited runs that changed nothing, out of all edited runs. */
  readonly unchanged: { readonly runs: number; readonly of: number; readonly examples: readonly string[] };
  /** Cases measured before an interruption; counters and seconds include them. */
  readonly takenUp: number;
  /** Text of one token. */
  decode(id: number): string;
  /** Name of an output: a token's text, or a class. */
  outcome(id: number): string;
}

/** The results of one case's runs. */
export interface CaseResults {
  /** By the ids from `plan`; finished units only. */
  readonly runs: Readonly<Record<string, RunResult>>;
  readonly finished: ReadonlySet<string>;
  /** The weights asked for by `weights`, by name. */
  readonly weights: Readonly<Record<string, Float32Array>>;
}

/** Runs over cases, in order. A case's numbers are plain JSON, to be stored and resumed. */
export interface Stage<Spec, Measured, Prepared> {
  /** Number of cases, at least 1; 0 in `prepare` if this spec needs none. */
  cases(spec: Spec): number;
  /** Upper bounds for `plan` of case i: runs, and tokens per run. Absent if always small. */
  size?(spec: Spec, model: ModelSpec, i: number): { readonly runs: number; readonly tokens: number };
  /** The runs of case i: self-contained, ids unique within the case. */
  plan(spec: Spec, model: ModelSpec, i: number, prepared: Prepared): Run[];
  /** The numbers of case i; null while required units are missing. */
  measure(spec: Spec, model: ModelSpec, i: number, results: CaseResults, prepared: Prepared): Measured | null;
  /** Progress text for a unit of a single case, e.g. 'restoring mlp'. */
  doing?(unit: string): string;
  /** Weights that `measure` reads, e.g. 'embed.W_E', or a row: 'embed.W_E[12]'; default none. */
  weights?(spec: Spec, model: ModelSpec): readonly string[];
}

/** One step of a search: what to measure next. */
export interface Round<Spec, Found> {
  readonly stage: Stage<Spec, unknown, null>;
  /** Progress text, e.g. 'cutting edges into logits'. */
  readonly doing: string;
  /** Estimated share of the search done after this round; never falls. */
  readonly share: number;
  /** The result so far, for a live picture; null: nothing yet. */
  readonly found: Found | null;
}

/**
 * A search chooses what to measure next from what it has measured: each round yields a stage and
 * receives its cases' numbers. Pure: the same numbers lead to the same rounds, so an interrupted
 * search resumes by replaying stored rounds.
 */
export type Rounds<Spec, Found, Result = Found> = Generator<Round<Spec, Found>, Result, readonly unknown[]>;

export interface SearchOf<Spec, Measured, Found> {
  /** `measured`: the results of the experiment's own cases. */
  rounds(spec: Spec, model: ModelSpec, measured: readonly Measured[]): Rounds<Spec, Found>;
  /** Estimated cost of the rounds: a typical stage, and how many of them. */
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
  /** Resolves a typed question: token ids, positions, defaults. Rejects with one sentence. */
  resolve(question: unknown, context: ResolveContext): Promise<Spec>;
  /** Measured first, on its own cases: a mean activation, a direction, a scan. */
  readonly prepare?: Stage<Spec, Observed, null> & {
    reduce(spec: Spec, model: ModelSpec, observed: readonly Observed[]): Prepared;
    /** A placeholder of the same shape, to plan with before anything is measured. */
    blank(spec: Spec, model: ModelSpec): Prepared;
  };
  /** Further rounds, if the cases decide what to measure next. */
  readonly search?: SearchOf<Spec, Measured, Found>;
  /**
   * A document from the cases (null: not yet measured) and the search's result so far (null: none);
   * null while there is nothing to show.
   */
  reduce(
    spec: Spec,
    measured: readonly (Measured | null)[],
    context: DocumentContext,
    prepared: Prepared,
    found: Found | null,
  ): ResultDocument | null;
}

/** An experiment with its types erased, for the registry. */
export type AnyExperiment = Experiment<Record<string, unknown>, unknown, unknown, unknown, unknown>;

/** Erasing types is safe: an experiment only gets back what its own functions returned. */
export function anyExperiment<S, M, O, P, F>(experiment: Experiment<S, M, O, P, F>): AnyExperiment {
  return experiment as unknown as AnyExperiment;
}
