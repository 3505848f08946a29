/** Every field of every question has a form field: schemas walked beside the form's description. */
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { studyFields, tracedToken } from '../../../experiments/common/spec';
import type { Fields } from '../../../experiments/contract/fields';
import type { Option } from '../../../experiments/experiment';
import { askedItem } from '../../../experiments/text-order/spec';

/** The fields of each kind, caught where its schema is made: no other test may have loaded them. */
const declared = vi.hoisted(() => new Map<string, Fields>());
vi.mock('../../../experiments/contract/fields', async (original) => {
  const real = await original<typeof import('../../../experiments/contract/fields')>();
  const schemaOf: typeof real.schemaOf = (kind, fields) => {
    declared.set(kind, fields);
    return real.schemaOf(kind, fields);
  };
  return { ...real, schemaOf };
});
const { experiments } = await import('../../../experiments/registry');
// A trace's spec is flat; its question is a study's.
declared.set('causal-trace', (await import('../../../experiments/trace/fields')).fields);

/** Paths without a form field, and why. */
const ELSEWHERE = {
  model: 'is the open one',
  lens: 'is the open one',
  bos: 'stands above the form',
  cases: 'stand above the form',
  set: 'stands above the form',
  metric: 'stands above the form',
  leftOut: "is an answer: the set's items that do not fit",
  'selectivity: recallCases': 'are counted in the first set',
  'selectivity: sets': 'are named by the chosen ones',
  'text-order: layouts': 'follow from the items',
  'text-order: onlyKnown': 'is refused: wrong answers count',
};

interface Def {
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
}
const defOf = (schema: z.ZodType) => schema.def as Def;

/** Without optional, default or transform. */
function bare(schema: z.ZodType): z.ZodType {
  const inner = defOf(schema).innerType ?? defOf(schema).in;
  return inner ? bare(inner) : schema;
}

/** The schema and all within it. */
function within(schema: z.ZodType): z.ZodType[] {
  const { element, options = [], shape = {} } = defOf(bare(schema));
  const inner = [...(element ? [element] : []), ...options, ...Object.values(shape)];
  return [bare(schema), ...inner.flatMap(within)];
}

/** Values of an enum or a literal. */
const wordsOf = (schema: z.ZodType): string[] => {
  const { entries, values = [] } = defOf(bare(schema));
  return entries ? Object.values(entries) : values.map(String);
};

/** Words that the field offers. */
function offered(option: Option): readonly string[] {
  if (option.kind === 'window') return ['depth', 'rome'];
  const choices = option.kind === 'variant' ? option.variants : 'choices' in option ? option.choices : [];
  return choices.map(({ value }) => value);
}

/** Paths in `schema` that `option` cannot set. `resolved`: schemas of the spec, which nobody types. */
function missing(
  schema: z.ZodType,
  option: Option | undefined,
  path: string,
  resolved: ReadonlySet<z.ZodType>,
): string[] {
  const one = bare(schema);
  const words = wordsOf(one);
  // Of one value there is no choice.
  if (resolved.has(one) || (words.length === 1 && !option)) return [];
  if (!option) return [path];
  const { options, shape, element } = defOf(one);
  if (options) return options.flatMap((other) => missing(other, option, path, resolved));
  if (words.length > 0)
    return words.filter((word) => !offered(option).includes(word)).map((word) => `${path} = ${word}`);
  if (element && (option.kind === 'rows' || option.kind === 'multichoice'))
    return missing(element, option, path, resolved);
  if (!shape) return [];
  const among = (fields: readonly Option[], names = Object.keys(shape)) =>
    names.flatMap((name) => {
      const field = fields.find((other) => other.name === name);
      return missing(shape[name]!, field, `${path}.${name}`, resolved);
    });
  if (option.kind === 'rows') return among(option.columns);
  if (option.kind === 'group') return among(option.fields);
  if (option.kind !== 'variant') return among([]);
  const tags = shape[option.tag] ? wordsOf(shape[option.tag]!) : [];
  const names = Object.keys(shape).filter((name) => name !== option.tag);
  if (tags.length === 0) return among([]);
  return tags.flatMap((tag) => {
    const variant = option.variants.find(({ value }) => value === tag);
    return variant ? among(variant.fields, names) : [`${path} = ${tag}`];
  });
}

function unset(kind: string, fields: Fields, options: readonly Option[]): string[] {
  // A trace has one prompt: none is left out, and none drawn.
  const { onlyKnown, bootstrap, ...always } = studyFields;
  const schemas = kind === 'causal-trace' ? always : { ...always, onlyKnown, bootstrap };
  const shared: Fields = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, { schema }]),
  );
  return Object.entries({ ...shared, ...fields }).flatMap(([name, { schema, asked }]) => {
    const option = options.find((other) => other.name === name);
    const resolved = new Set([tracedToken, ...(asked && schema ? within(schema) : [])]);
    return missing(asked ?? schema!, option, `${kind}: ${name}`, resolved);
  });
}

it('every field of every question can be set in its form', () => {
  expect([...declared.keys()].sort()).toEqual(experiments.map(({ kind }) => kind).sort());
  const left = experiments.flatMap(({ kind, about }) => unset(kind, declared.get(kind)!, about.options!));
  // Those of one experiment with its kind, those of all without.
  const named = left.map((path) => (path in ELSEWHERE ? path : path.replace(/^[^:]*: /, '')));
  expect([...new Set(named)].sort()).toEqual(Object.keys(ELSEWHERE).sort());
});

it('the items of a text order are typed in rows', () => {
  const { about } = experiments.find(({ kind }) => kind === 'text-order')!;
  const fields = { items: { schema: z.array(askedItem) } };
  expect(unset('', fields, about.options!).filter((path) => path.includes('items'))).toEqual([]);
});

it('finds what a form lacks', () => {
  const schema = z.object({ a: z.enum(['x', 'y']), b: z.array(z.object({ c: z.number(), d: z.string() })) });
  const form: Option[] = [
    { name: 'a', label: '', kind: 'choice', choices: [{ value: 'x', label: '' }], default: 'x' },
    {
      name: 'b',
      label: '',
      kind: 'rows',
      each: '',
      columns: [{ name: 'c', label: '', kind: 'number', default: 1 }],
      default: [],
    },
  ];
  const found = Object.entries(schema.shape).flatMap(([name, one]) =>
    missing(
      one,
      form.find((option) => option.name === name),
      name,
      new Set(),
    ),
  );
  expect(found).toEqual(['a = y', 'b.d']);
});
