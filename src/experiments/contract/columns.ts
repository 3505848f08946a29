/** Fields within a row or a variant of a form. */
import type { Option } from '../experiment';
import { listed } from './listed';

type More = { readonly only?: Readonly<Record<string, readonly string[]>> };

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

/** Typed or counted input, or a layer or head of the model; default: nothing. */
export const blank = (
  kind: 'text' | 'numbers' | 'layer' | 'head',
  name: string,
  label: string = name,
  more: More = {},
): Option => ({ name, label, kind, default: null, ...more });

/** A layer or a head, by default the first. */
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

/** Numbers, perhaps from a file. */
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
