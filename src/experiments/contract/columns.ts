/** Fields within a row or a variant of a form. */
import type { Choice, Option } from '../experiment';

type More = { readonly only?: Readonly<Record<string, readonly string[]>> };

export const listed = (choices: Readonly<Record<string, string>>): Choice[] =>
  Object.entries(choices).map(([value, label]) => ({ value, label }));

/** One of several; the first is the default. */
export const pick = (
  name: string,
  label: string,
  choices: Readonly<Record<string, string>>,
  more: More = {},
): Option => ({
  name,
  label,
  kind: 'choice',
  choices: listed(choices),
  default: Object.keys(choices)[0]!,
  ...more,
});

/** What is typed or counted, or one of the model's layers or heads; default: nothing. */
export const blank = (
  kind: 'text' | 'numbers' | 'layer' | 'head',
  name: string,
  label: string = name,
  more: More = {},
): Option => ({ name, label, kind, default: null, ...more });

/** A layer or a head, the first one to begin with. */
export const first = (kind: 'layer' | 'head', more: More = {}): Option => ({
  name: kind,
  label: kind,
  kind,
  default: 0,
  ...more,
});

export const amount = (
  name: string,
  label: string,
  begin: number | null,
  more: More & { readonly min?: number; readonly max?: number } = {},
): Option => ({ name, label, kind: 'number', default: begin, ...more });

/** Numbers that may come from a file. */
export const vector: Option = {
  name: 'values',
  label: 'numbers',
  kind: 'numbers',
  default: null,
  isFile: true,
};

export const lines = (name: string, label: string, example: string): Option => ({
  name,
  label,
  kind: 'lines',
  default: null,
  example,
});
