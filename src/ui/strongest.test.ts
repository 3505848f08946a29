import { expect, it } from 'vitest';
import { strongest } from './strongest';

const STRENGTHS = [
  [0.1, -0.9, 0.2],
  [0.5, 0.3, null],
  [null, null, null],
];
const at = (row: number, column: number) => {
  const strength = STRENGTHS[row]![column]!;
  return { strength: strength ?? 0, masked: strength === null, label: `${row} ${column}` };
};

it.each([
  [[0, 3], [0, 3], '0 1'],
  [[1, 3], [0, 3], '1 0'],
  [[1, 3], [1, 3], '1 1'],
  [[0, 2], [2, 3], '0 2'],
  [[2, 3], [1, 3], '2 1'],
] as const)('rows %j, columns %j: %s', (rows, columns, label) => {
  expect(strongest(at, { rows, columns }).label).toBe(label);
});
