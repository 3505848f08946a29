import { expect, it } from 'vitest';
import { editsForm } from '../../../experiments/intervention/forms';
import type { Option } from '../../../experiments/experiment';
import { numbersOf } from './numbersOf';
import { shownIn } from '../../shown';
import { begun, changed } from './row';

const { columns } = editsForm as { readonly columns: readonly Option[] };
const names = (row: object) => shownIn(columns, row as never).map(({ name }) => name);

it('a new row begins with the defaults of what it shows', () => {
  expect(begun(columns)).toEqual({
    op: 'set',
    site: 'blocks.0.hook_resid_post',
    rows: 'all',
    source: { kind: 'constant', value: 0 },
  });
});

it('a change takes away what it hides, and adds what it shows', () => {
  const scaled = changed(columns, begun(columns), 'op', 'scale');
  expect(scaled).toEqual({ op: 'scale', site: 'blocks.0.hook_resid_post', rows: 'all', alpha: 1 });
  expect(names(scaled)).toEqual(['op', 'site', 'rows', 'head', 'columns', 'alpha']);
  expect(changed(columns, scaled, 'op', 'clamp')).toEqual({
    op: 'clamp',
    site: 'blocks.0.hook_resid_post',
    rows: 'all',
    range: [-1, 1],
  });
  expect(changed(columns, { ...scaled, head: 1 }, 'head', undefined)).toEqual(scaled);
});

it.each<[string, number[]]>([
  ['1, -2.5 3e-2', [1, -2.5, 0.03]],
  ['[0.1,\n 2]\n', [0.1, 2]],
  ['', []],
])('reads numbers from %j', (text, numbers) => {
  expect(numbersOf(text)).toEqual(numbers);
});

it.each([
  ['0 '.repeat(10_001), 'numbers: are too many, got 10001, expected at most 10000.'],
  [' '.repeat(640_001), 'numbers: are too long, got 640001 characters, expected at most 640000.'],
])('refuses more than a spec may hold', (text, sentence) => {
  expect(() => numbersOf(text)).toThrow(sentence);
});

it('refuses what is no number in one sentence', () => {
  expect(() => numbersOf('1, two')).toThrow(
    "numbers: one is not a number, got 'two', expected numbers between commas or spaces.",
  );
});
