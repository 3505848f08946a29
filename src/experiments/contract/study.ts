/** What all studies of prompts share: the question, skipping unknown answers, the document. */
import type { Run } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import { type Found, studyDocument } from '../common/document';
import { counted, type Skipped, skipUnknown } from '../common/skip';
import type { CaseResults, DocumentContext, Experiment } from '../experiment';
import type { Fields, SpecOf } from './fields';
import { type Question, question } from './question';

/** A case that counts: its index among the cases, and its numbers. */
export interface Counted<Numbers> {
  readonly i: number;
  readonly numbers: Numbers;
}

export interface Study<F extends Fields, Numbers extends object, Observed = never, Prepared = null>
  extends Question<F>,
    Pick<
      Experiment<SpecOf<F>, Numbers | Skipped, Observed, Prepared>,
      'prepare' | 'size' | 'weights' | 'doing'
    > {
  /** The runs of case i; one is 'clean', the prompt unedited. */
  plan(spec: SpecOf<F>, model: ModelSpec, i: number, prepared: Prepared): Run[];
  /** The numbers of case i; null while required units are missing. */
  measure(
    spec: SpecOf<F>,
    model: ModelSpec,
    i: number,
    results: CaseResults,
    prepared: Prepared,
  ): Numbers | null;
  /** The finding if every case was left out. */
  readonly nothing?: string;
  /** The result of at least one case; null: nothing yet. */
  found(
    spec: SpecOf<F>,
    cases: readonly Counted<Numbers>[],
    context: DocumentContext,
    prepared: Prepared,
  ): Found | null;
}

/** An experiment with one case per prompt. */
export function study<F extends Fields, Numbers extends object, Observed = never, Prepared = null>(
  definition: Study<F, Numbers, Observed, Prepared>,
): Experiment<SpecOf<F>, Numbers | Skipped, Observed, Prepared> {
  const { prepare, size, weights, doing, plan, measure, found } = definition;
  return {
    ...question(definition),
    ...(prepare && { prepare }),
    ...(size && { size }),
    ...(weights && { weights }),
    ...(doing && { doing }),
    plan,
    measure(spec, model, i, results, prepared) {
      const skipped = skipUnknown(spec, spec.cases[i]!, results.runs.clean!.metric!);
      return skipped ?? measure(spec, model, i, results, prepared);
    },
    reduce(spec, measured, context, prepared) {
      if (measured.every((numbers) => numbers === null)) return null;
      const cases = counted(measured) as Counted<Numbers>[];
      const { nothing = 'Nothing was measured: every case was left out.' } = definition;
      const none = { finding: nothing, figures: [] };
      const known = cases.length === 0 ? none : found(spec, cases, context, prepared);
      return known && studyDocument(spec, measured, context, known);
    },
  };
}
