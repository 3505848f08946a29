import { expect, it } from 'vitest';
import type { MarkData } from './data';
import { planeScene } from './plane';
import { paper, type Scene } from './scene';

function dataOf(points: readonly (readonly [number | null, number])[], begin = 0): MarkData {
  return {
    title: `from ${begin}`,
    rows: points.map((_, i) => ({ text: `p${i}` })),
    columns: ['across', 'up'],
    begin,
    cell: (row, column) => ({ value: points[row]![column]!, label: '' }),
    scale: 'signed',
    domain: [-1, 1],
    extent: [0, 0],
  };
}

const frame = { width: 600, ink: paper };
const square = dataOf([
  [0, 0],
  [4, 0],
  [4, 4],
]);
const centre = (scene: Scene, cell: number): [number, number] => {
  const { x, y, width, height } = scene.spots.of(cell)!;
  return [x + width / 2, y + height / 2];
};

it('has one unit along both axes, and up is up', () => {
  const scene = planeScene([square], frame, true);
  const [a, b, c] = [0, 2, 4].map((cell) => centre(scene, cell));
  expect(b![0] - a![0]).toBeCloseTo(b![1] - c![1], 6);
  expect(b![0] - a![0]).toBeGreaterThan(100);
});

it('all pictures are one: arrow keys move along a path and from path to path', () => {
  const other = dataOf(
    [
      [1, 1],
      [null, 2],
      [2, 3],
    ],
    6,
  );
  const { spots, shapes, width } = planeScene([square, other], frame, true);
  expect([spots.rows, spots.columns]).toEqual([2, 3]);
  expect(spots.at(1, 0)).toMatchObject({ cell: 6, label: 'from 6, p0: across 1, up 1' });
  expect(spots.at(1, 1)).toBeNull();
  expect(width).toBeLessThanOrEqual(600);
  const lines = shapes.filter(({ attributes }) => attributes['stroke-opacity'] === 0.7);
  expect(lines).toHaveLength(2);
  expect(JSON.stringify(shapes)).not.toMatch(/NaN|null/);
});

it('names that would overprint are left out, the ends of a path last', () => {
  const crowd = dataOf(Array.from({ length: 60 }, (_, i) => [Math.sin(i) / 9, Math.cos(i) / 9] as const));
  const names = (scene: Scene) => scene.shapes.flatMap(({ text }) => (text?.startsWith('p') ? [text] : []));
  const shown = names(
    planeScene(
      [
        dataOf([
          [-9, -9],
          [0.1, 0.1],
          [0.1, 0.1],
          [0.1, 0.1],
          [9, 9],
        ]),
      ],
      frame,
      true,
    ),
  );
  expect(shown).toEqual(expect.arrayContaining(['p0', 'p4']));
  const few = names(planeScene([{ ...crowd, title: '' }, dataOf([[-20, 20]])], frame, false));
  expect(few.length).toBeGreaterThan(1);
  expect(few.length).toBeLessThan(30);
});

it('a scatter is a square with a diagonal, however small one of its axes is', () => {
  const points = dataOf([
    [0, 0],
    [1e-8, 1],
    [0, 0.5],
  ]);
  const { shapes, spots, width } = planeScene([{ ...points, title: '' }], frame, false);
  const line = shapes.find(({ attributes }) => attributes['stroke-dasharray'])!.attributes as Record<
    string,
    number
  >;
  expect(line.x2! - line.x1!).toBeCloseTo(line.y1! - line.y2!, 6);
  expect(line.x2! - line.x1!).toBeGreaterThan(300);
  expect(width).toBeLessThanOrEqual(600);
  const [low, high] = [0, 2].map((cell) => centre({ shapes, spots, width, height: 0 } as Scene, cell));
  expect(high![1]).toBeLessThan(low![1] - 300);
  expect(high![0]).toBeCloseTo(low![0], 3);
});
