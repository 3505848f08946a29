/** The question half of a study: schema and form from its fields, parsing, resolving, cases. */
import type { ModelSpec } from '../../model/spec';
import { parseWith } from '../../util/parse';
import { parseStudy } from '../common/parse';
import type { ResolveContext } from '../common/prompt';
import { resolveStudy } from '../common/question';
import type { About, Experiment, Needs } from '../experiment';
import {
  type AskedStudy,
  askedSchema,
  type Fields,
  optionsOf,
  resolvedFields,
  schemaOf,
  type SpecOf,
} from './fields';

export interface Question<F extends Fields> {
  readonly kind: string;
  /** Its `options` come from the fields. */
  readonly about: Omit<About, 'options'>;
  readonly fields: F;
  /** What every case needs. */
  readonly requires?: Needs | ((json: unknown) => Needs);
  /** Throws one sentence. Without a model, checks what it can. */
  check?(spec: SpecOf<F>, model?: ModelSpec): void;
  /** Resolves the cases, if they are not asked as in other studies. */
  resolveCases?(json: unknown, context: ResolveContext): Promise<Record<string, unknown>>;
}

type Asked = 'kind' | 'about' | 'parseSpec' | 'resolve' | 'cases';

export function question<F extends Fields>(
  definition: Question<F>,
): Pick<Experiment<SpecOf<F>, never>, Asked> {
  const { kind, about, fields, requires = {}, check } = definition;
  const { resolveCases = (json, context) => resolveStudy(json, kind, context) } = definition;
  const schema = schemaOf(kind, fields);
  const asked = askedSchema(fields);
  const parseSpec = (json: unknown, model?: ModelSpec): SpecOf<F> => {
    const needs = typeof requires === 'function' ? requires(json) : requires;
    const spec = parseStudy(schema, json, kind, model, needs) as SpecOf<F>;
    check?.(spec, model);
    return spec;
  };
  return {
    kind,
    about: { ...about, options: optionsOf(fields) },
    parseSpec,
    async resolve(json, context) {
      const study = (await resolveCases(json, context)) as AskedStudy;
      const own = await resolvedFields(fields, study, parseWith(asked, study, kind), context);
      return parseSpec({ ...own, kind }, context.spec);
    },
    cases: (spec) => spec.cases.length,
  };
}
