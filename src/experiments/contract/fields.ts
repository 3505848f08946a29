/**
 * An experiment's fields, each declared once: part of the spec's schema and, if a form can ask for
 * it, a form field with the same name, bounds and default.
 */
import { z } from 'zod';
import type { Option } from '../experiment';
import type { ResolveContext } from '../common/prompt';
import { studyFields, type StudySpec } from '../common/spec';
import { amount } from './columns';
import { listed } from './listed';

type Unnamed<T> = T extends unknown ? Omit<T, 'name'> : never;

/** A form field without its name. */
export type Form = Unnamed<Option>;

export interface Field<Output = unknown> {
  /** In the spec; null for a field of questions only. */
  readonly schema: z.ZodType<Output> | null;
  readonly form?: Form;
  /** In a question; default: as in the spec. */
  readonly asked?: z.ZodType;
  /**
   * Resolves `asked`. `study` is the question with its cases resolved, and the fields before this
   * one. undefined leaves the field out.
   */
  resolve?(asked: unknown, study: AskedStudy, context: ResolveContext): unknown;
}

/** A question with resolved cases; its own fields are as asked, or resolved. */
export type AskedStudy = Readonly<Record<string, unknown>> & Pick<StudySpec, 'cases' | 'bos'>;

export type Fields = Readonly<Record<string, Field>>;

export type SpecOf<F extends Fields> = StudySpec & { readonly kind: string } & {
  readonly [K in keyof F as F[K]['schema'] extends null ? never : K]: F[K] extends Field<infer T> ? T : never;
};

type Shown = Pick<Option, 'label' | 'only' | 'isRare'>;

interface ChoiceOf<V extends string> extends Shown {
  /** Labels by value. */
  readonly choices: Readonly<Record<V, string>>;
}

const valuesOf = <V extends string>(values: readonly V[]) =>
  z.enum(values as readonly [V, ...V[]]) as unknown as z.ZodType<V>;

export function choice<const V extends string>(of: ChoiceOf<V> & { readonly default: NoInfer<V> }): Field<V> {
  const form = { ...of, kind: 'choice', choices: listed(of.choices) } as const;
  const schema = valuesOf<string>(Object.keys(of.choices)).default(of.default);
  return { schema: schema as z.ZodType as z.ZodType<V>, form };
}

/** At least one of several. */
export function choices<const V extends string>(
  of: ChoiceOf<V> & { readonly default: readonly NoInfer<V>[] },
): Field<V[]> {
  const form = {
    kind: 'multichoice',
    label: of.label,
    choices: listed(of.choices),
    default: of.default,
  } as const;
  const schema = z.array(valuesOf(Object.keys(of.choices))).min(1);
  return { schema: schema.default([...of.default] as never) as unknown as z.ZodType<V[]>, form };
}

interface NumberOf extends Shown {
  readonly min?: number;
  readonly max?: number;
  readonly whole?: boolean;
  /** Set if other bounds are needed, e.g. open ones. */
  readonly schema?: z.ZodType<number>;
}

function bounded({ min, max, whole }: NumberOf): z.ZodType<number> {
  let schema = z.number();
  if (whole) schema = schema.int();
  if (min !== undefined) schema = schema.min(min);
  return max === undefined ? schema : schema.max(max);
}

/** A number; `default: null` makes it optional. */
export function number(of: NumberOf & { readonly default: number }): Field<number>;
export function number(of: NumberOf & { readonly default: null }): Field<number | undefined>;
export function number(of: NumberOf & { readonly default: number | null }): Field<number | undefined> {
  const { schema = bounded(of), whole: _, ...form } = of;
  return {
    schema: form.default === null ? schema.optional() : schema.default(form.default),
    form: { kind: 'number', ...form },
  };
}

/** Of random numbers. */
export const seed = (label: string, begin: number, shown: Omit<Shown, 'label'> = {}): Field<number> =>
  number({ ...shown, label, default: begin, min: 0, max: 0xffffffff, whole: true });

export const check = (of: Shown & { readonly default: boolean }): Field<boolean> => ({
  schema: z.boolean().default(of.default),
  form: { kind: 'check', ...of },
});

interface NumbersOf extends Shown {
  readonly default: readonly number[];
  /** Fewest and most of them. */
  readonly min: number;
  readonly max: number;
  readonly each?: z.ZodType<number>;
}

export function numbers({ min, max, each = z.number(), ...form }: NumbersOf): Field<number[]> {
  const schema = z.array(each).min(min).max(max);
  return { schema: schema.default([...form.default]), form: { kind: 'numbers', ...form } };
}

/** A field of any schema; in the form only with `form`. */
export function given<T>(schema: z.ZodType<T>, form?: Form): Field<T> {
  return { schema, ...(form ? { form } : {}) };
}

/** A field whose value depends on the question; `asked` defaults to the spec's schema. */
export function resolving<T>(
  field: Field<T>,
  resolve: NonNullable<Field['resolve']>,
  asked?: z.ZodType,
): Field<T> {
  return { ...field, ...(asked ? { asked } : {}), resolve };
}

/** A field of questions only, read by another field's `resolve`. */
export const askedOnly = ({ schema, form }: Field): Field<never> & { readonly schema: null } => ({
  schema: null,
  asked: schema!,
  ...(form ? { form } : {}),
});

/** What every study asks; an experiment may have its own field of the name. */
const SHARED: Fields = {
  onlyKnown: given(studyFields.onlyKnown, {
    kind: 'check',
    label: 'Leave out prompts whose answer the model does not say (p below 0.5)',
    default: false,
    isRare: true,
  }),
  bootstrap: given(studyFields.bootstrap, {
    kind: 'group',
    label: 'Draws behind the intervals',
    fields: [
      amount('samples', 'number of draws', 2000, { min: 200, max: 100_000 }),
      amount('seed', 'seed of the draws', 1, { min: 0, max: 0xffffffff }),
    ],
    default: { samples: 2000, seed: 1 },
    isRare: true,
  }),
};

/** The form's fields: a study's own, then the shared ones. */
export const optionsOf = (fields: Fields): Option[] => ownOptionsOf({ ...fields, ...SHARED, ...fields });

/** The form of these fields alone. */
export function ownOptionsOf(fields: Fields): Option[] {
  return Object.entries(fields).flatMap(([name, { form }]) => (form ? [{ name, ...form } as Option] : []));
}

/** The spec's schema: the fields of every study, the kind, and these. */
export function schemaOf<F extends Fields>(kind: string, fields: F): z.ZodType<SpecOf<F>> {
  const own = Object.entries(fields).flatMap(([name, { schema }]) =>
    schema ? [[name, schema] as const] : [],
  );
  const shape = { ...studyFields, kind: z.literal(kind), ...Object.fromEntries(own) };
  return z.object(shape).strict() as unknown as z.ZodType<SpecOf<F>>;
}

/** Resolves a question's own fields; drops those of questions only. Rejects with one sentence. */
export async function resolvedFields(
  fields: Fields,
  question: AskedStudy,
  asked: Readonly<Record<string, unknown>>,
  context: ResolveContext,
): Promise<Record<string, unknown>> {
  const study: Record<string, unknown> & Pick<StudySpec, 'cases' | 'bos'> = { ...question };
  for (const [name, field] of Object.entries(fields)) {
    if (field.resolve) study[name] = await field.resolve(asked[name], study, context);
  }
  for (const [name, { schema }] of Object.entries(fields)) {
    if (schema === null || study[name] === undefined) delete study[name];
  }
  return study;
}

/** The schema of a question's own fields. */
export function askedSchema(fields: Fields): z.ZodType<Record<string, unknown>> {
  const own = Object.entries(fields).flatMap(([name, { asked }]) =>
    asked ? [[name, asked.optional()] as const] : [],
  );
  return z.looseObject(Object.fromEntries(own)) as z.ZodType<Record<string, unknown>>;
}
