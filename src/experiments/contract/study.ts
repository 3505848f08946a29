/** What every study of prompts does alike: its question, leaving out what the model does not know, and its document. */
import type { Run } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import { type Found, studyDocument } from '../common/document';
import { counted, type Skipped, skipUnknown } from '../common/skip';
import type { CaseResults, DocumentContext, Experiment } from '../experiment';
import type { Fields, SpecOf } from './fields';
import { type Question, question } from './question';

/** A case that counts: its place among the cases, and its numbers. */
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
  /** The runs of case i; one of them is 'clean', the prompt as it is. */
  plan(spec: SpecOf<F>, model: ModelSpec, i: number, prepared: Prepared): Run[];
  /** The numbers of case i, which counts; null while units that it needs are missing. */
  measure(
    spec: SpecOf<F>,
    model: ModelSpec,
    i: number,
    results: CaseResults,
    prepared: Prepared,
  ): Numbers | null;
  /** The finding where every case was left out. */
  readonly nothing?: string;
  /** What the cases say, at least one of them; null: nothing yet. */
  found(
    spec: SpecOf<F>,
    cases: readonly Counted<Numbers>[],
    context: DocumentContext,
    prepared: Prepared,
  ): Found | null;
}

/** An experiment of which each prompt is a case. */
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
