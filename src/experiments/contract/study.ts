/**
 * What every study does alike: a schema and a form from its fields, parsing, resolving, one case per prompt, leaving out
 * what the model does not know, and a document from what is measured so far.
 */
import type { Run } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import { parseWith } from '../../util/parse';
import { type Found, studyDocument } from '../common/document';
import { parseStudy } from '../common/parse';
import { resolveStudy } from '../common/question';
import { counted, type Skipped, skipUnknown } from '../common/skip';
import type { About, CaseResults, DocumentContext, Experiment, Needs } from '../experiment';
import {
  type AskedStudy,
  askedSchema,
  type Fields,
  optionsOf,
  resolvedFields,
  schemaOf,
  type SpecOf,
} from './fields';

/** A case that counts: its place among the cases, and its numbers. */
export interface Counted<Numbers> {
  readonly i: number;
  readonly numbers: Numbers;
}

export interface Study<F extends Fields, Numbers extends object, Observed = never, Prepared = null> {
  readonly kind: string;
  /** `options` are those of the fields. */
  readonly about: Omit<About, 'options'>;
  readonly fields: F;
  /** What every case must have. */
  readonly requires?: Needs | ((json: unknown) => Needs);
  /** Throws one sentence. Without a model: of what can be checked without one. */
  check?(spec: SpecOf<F>, model?: ModelSpec): void;
  readonly prepare?: Experiment<SpecOf<F>, Numbers, Observed, Prepared>['prepare'];
  size?: Experiment<SpecOf<F>, Numbers>['size'];
  weights?: Experiment<SpecOf<F>, Numbers>['weights'];
  doing?(unit: string): string;
  /** The runs of case i; one of them is 'clean', the prompt as it is, if cases may be left out. */
  plan(spec: SpecOf<F>, model: ModelSpec, i: number, prepared: Prepared): Run[];
  /** The numbers of case i, which counts; null while units that it needs are missing. */
  measure(
    spec: SpecOf<F>,
    model: ModelSpec,
    i: number,
    results: CaseResults,
    prepared: Prepared,
  ): Numbers | null;
  /** What the cases say, at least one of them; null: nothing yet. */
  found(
    spec: SpecOf<F>,
    cases: readonly Counted<Numbers>[],
    context: DocumentContext,
    prepared: Prepared,
  ): Found | null;
}

const NOTHING: Found = { finding: 'Nothing was measured: every case was left out.', figures: [] };

/** An experiment of which each prompt is a case. */
export function study<F extends Fields, Numbers extends object, Observed = never, Prepared = null>(
  definition: Study<F, Numbers, Observed, Prepared>,
): Experiment<SpecOf<F>, Numbers | Skipped, Observed, Prepared> {
  const { kind, about, fields, requires = {}, check, plan, measure, found } = definition;
  const schema = schemaOf(kind, fields);
  const asked = askedSchema(fields);
  const parseSpec = (json: unknown, model?: ModelSpec): SpecOf<F> => {
    const needs = typeof requires === 'function' ? requires(json) : requires;
    const spec = parseStudy(schema, json, kind, model, needs) as SpecOf<F>;
    check?.(spec, model);
    return spec;
  };
  const { prepare, size, weights, doing } = definition as Study<F, Numbers | Skipped, Observed, Prepared>;
  return {
    kind,
    about: { ...about, options: optionsOf(fields) },
    parseSpec,
    async resolve(json, context) {
      const question = (await resolveStudy(json, kind, context)) as AskedStudy;
      const own = await resolvedFields(fields, question, parseWith(asked, question, kind), context);
      return parseSpec({ ...own, kind }, context.spec);
    },
    cases: (spec) => spec.cases.length,
    ...(prepare && { prepare }),
    ...(size && { size }),
    ...(weights && { weights }),
    ...(doing && { doing }),
    plan,
    measure(spec, model, i, results, prepared) {
      const clean = results.runs.clean?.metric;
      const skipped = clean ? skipUnknown(spec, spec.cases[i]!, clean) : null;
      return skipped ?? measure(spec, model, i, results, prepared);
    },
    reduce(spec, measured, context, prepared) {
      if (measured.every((numbers) => numbers === null)) return null;
      const cases = counted(measured) as Counted<Numbers>[];
      const known = cases.length === 0 ? NOTHING : found(spec, cases, context, prepared);
      return known && studyDocument(spec, measured, context, known);
    },
  };
}
