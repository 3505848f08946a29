/** What an experiment is: one pure file that says which runs answer a question, and what their numbers mean. */
import type { Counters, Run, RunResult } from '../forward/types';
import type { ModelSpec } from '../model/spec';
import type { ResultDocument } from '../results/document';

/** Everything a document says beside the experiment's own numbers. */
export interface DocumentContext {
  readonly model: ResultDocument['model'];
  readonly environment: ResultDocument['environment'];
  readonly counters: Counters;
  readonly spec: ModelSpec;
  /** Text of one token. */
  decode(id: number): string;
}

export interface Experiment<Spec> {
  /** The spec's `kind`. */
  readonly kind: string;
  /** Throws one sentence naming path, got and expected. */
  parseSpec(json: unknown, model?: ModelSpec): Spec;
  /** All runs, in units that can be reported one by one. */
  plan(spec: Spec, model: ModelSpec): Run[];
  /** A document from the runs of finished units; null while there is nothing to show yet. */
  reduce(
    spec: Spec,
    runs: Readonly<Record<string, RunResult>>,
    finished: ReadonlySet<string>,
    context: DocumentContext,
  ): ResultDocument | null;
}
