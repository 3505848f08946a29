import { expect, it } from 'vitest';
import { strongest } from './paint';

const STRENGTHS = [
  [0.1, -0.9, 0.2],
  [0.5, 0.3, Number.NaN],
  [Number.NaN, Number.NaN, Number.NaN],
];
const grid = {
  rows: 3,
  columns: 3,
  scale: 'signed' as const,
  strength: (row: number, column: number) => STRENGTHS[row]![column]!,
  isFaint: () => false,
};

it.each([
  [
    [0, 0],
    [3, 3],
    [0, 1],
  ],
  [
    [1, 0],
    [2, 3],
    [1, 0],
  ],
  [
    [1, 1],
    [2, 2],
    [1, 1],
  ],
  [
    [0, 2],
    [2, 1],
    [0, 2],
  ],
  [[1, 2], [2, 9], null],
] as const)('from %j, a block of %j: %j', (begin, size, cell) => {
  expect(strongest(grid, begin, size)).toEqual(cell);
});
