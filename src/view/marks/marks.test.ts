import { describe, expect, it } from 'vitest';
import { luminance } from '../../ui/rgb';
import { barsScene } from './bars';
import { MARKS } from './marks';
import { MOST_BARS } from './traits';
import { colourBarScene } from './colourBar';
import { folded, type MarkCell, type MarkData } from './data';
import { heatmapScene, MOST_SHAPES } from './heatmap';
import { linesScene } from './lines';
import { svgFile } from './markup';
import { gridOf, multiples } from './layout';
import { bareShapes, fitted, type Frame, paper, type Scene, textWidth, wrapped } from './scene';

type Value = number | null;

function dataOf(values: readonly (readonly Value[])[], change: Partial<MarkData> = {}): MarkData {
  return {
    rows: values.map((_, row) => ({ text: `row ${row}` })),
    columns: values[0]!.map((_, column) => `${column}`),
    cell: (row, column): MarkCell => ({ value: values[row]![column]!, label: `${row} ${column}` }),
    scale: 'signed',
    domain: [-1, 1],
    extent: [-1, 1],
    ...change,
  };
}

const grid = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => row / 2 - column / 3),
  );

const frame: Frame = { width: 600, ink: paper };
const fills = (scene: Scene) =>
  scene.rows!.map(({ cells }) => cells.map(({ shapes }) => shapes[0]!.attributes.fill));

describe('a heatmap', () => {
  it('colours from the floor to the top, also where smaller is better, and grey where nothing is defined', () => {
    const up = dataOf([[0.2, 0.6, 1, null]], { scale: 'purple', domain: [0.2, 1] });
    const [row] = fills(heatmapScene(up, frame));
    const light = row!.slice(0, 3).map((fill) => luminance(`${fill}`));
    expect(light[0]).toBeGreaterThan(light[1]!);
    expect(light[1]).toBeGreaterThan(light[2]!);
    expect(row![3]).toBe(paper.masked);
    const down = dataOf([[5, 3, 1, null]], { scale: 'purple', domain: [5, 1] });
    expect(fills(heatmapScene(down, frame))).toEqual([row]);
  });

  it('is as wide as it may be, in whole pixels, and its parts lie within it', () => {
    for (const width of [200, 333, 600]) {
      const scene = heatmapScene(dataOf(grid(3, 7)), { width, ink: paper });
      expect(scene.width).toBeLessThanOrEqual(width);
      for (const { spot } of scene.rows!.flatMap(({ cells }) => cells)) {
        expect(Number.isInteger(spot!.x) && Number.isInteger(spot!.width)).toBe(true);
        expect(spot!.x + spot!.width).toBeLessThanOrEqual(scene.width);
        expect(spot!.y + spot!.height).toBeLessThanOrEqual(scene.height);
      }
    }
  });

  it.each([
    [grid(3, 4), 'shapes'],
    [grid(40, 50), 'a raster'],
  ] as const)('the pointer finds each cell and no masked one: %#', (values, kind) => {
    const scene = heatmapScene(dataOf([[null, ...values[0]!.slice(1)], ...values.slice(1)]), frame);
    expect(scene.raster ? 'a raster' : 'shapes').toBe(kind);
    expect(values.flat().length > MOST_SHAPES).toBe(kind === 'a raster');
    for (let cell = 0; cell < values.flat().length; cell++) {
      const spot = scene.spots.of(cell);
      if (cell === 0) expect(spot).toBeNull();
      else expect(scene.spots.near(spot!.x + spot!.width / 2, spot!.y + spot!.height / 2)).toEqual(spot);
    }
    expect(scene.spots.near(0, 0)).toBeNull();
    expect(scene.spots.at(0, values[0]!.length)).toBeNull();
  });

  it('sets groups of rows apart, marks the subject, hatches what may be chance and outlines the peak', () => {
    const data = dataOf(grid(3, 2), {
      rows: [{ text: 'a', marked: true }, { text: 'b' }, { text: 'whole', apart: true }],
      cell: (row, column) => ({ value: 0.5, label: '', uncertain: row === 1 && column === 1 }),
      peak: 2,
    });
    const { rows, side } = heatmapScene(data, frame);
    const y = rows!.map(({ cells }) => cells[0]!.spot!.y);
    expect(y[2]! - y[1]!).toBeGreaterThan(y[1]! - y[0]!);
    expect(side!.shapes.filter(({ row }) => row === 0).map(({ text }) => text)).toEqual(['a', '*']);
    const extra = rows!.flatMap(({ cells }) => cells.map(({ shapes }) => shapes[1]?.tag));
    expect(extra).toEqual([undefined, undefined, 'rect', 'path', undefined, undefined]);
  });

  it('folds rows into one line that says why, and keeps the numbers of the others', () => {
    const data = dataOf(grid(12, 3), { peak: 35 });
    const fold = { count: 9, what: 'tokens', where: 'before the subject', says: 'no effect', isOpen: false };
    const closed = heatmapScene(folded(data, fold), frame);
    expect(closed.fold).toMatchObject({ text: '9 tokens before the subject: no effect', isOpen: false });
    expect(closed.spots.rows).toBe(3);
    expect(closed.spots.at(0, 0)).toMatchObject({ cell: 27, label: '9 0' });
    expect(closed.spots.of(26)).toBeNull();
    expect(closed.spots.of(35)!.y).toBeGreaterThan(closed.fold!.y);
    const texts = bareShapes(closed).map(({ text }) => text);
    expect(texts).toContain('▸ 9 tokens');
    expect(texts).toContain('before the subject: no effect');
    const narrow = heatmapScene(folded(data, fold), { width: 160, ink: paper });
    expect(bareShapes(narrow).map(({ text }) => text)).toContain('no effect');
    const open = heatmapScene(folded(data, { ...fold, isOpen: true }), frame);
    expect(open.spots.rows).toBe(12);
    expect(open.spots.at(0, 0)).toMatchObject({ cell: 0 });
    expect(open.spots.at(0, 0)!.y).toBeGreaterThanOrEqual(open.fold!.y + open.fold!.height);
  });

  it('hatches within the cell, in lines that meet those of its neighbours', () => {
    const data = dataOf(grid(2, 2), { cell: () => ({ value: 0.5, label: '', uncertain: true }) });
    for (const { spot, shapes } of heatmapScene(data, frame).rows!.flatMap(({ cells }) => cells)) {
      const lines = [...`${shapes[1]!.attributes.d}`.matchAll(/M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)/g)];
      expect(lines.length).toBeGreaterThan(5);
      for (const [x1, y1, x2, y2] of lines.map((line) => line.slice(1).map(Number))) {
        expect(x1! + y1!).toBe(x2! + y2!);
        expect((x1! + y1!) % 4).toBe(0);
        for (const x of [x1!, x2!]) expect(x >= spot!.x && x <= spot!.x + spot!.width).toBe(true);
        for (const y of [y1!, y2!]) expect(y >= spot!.y && y <= spot!.y + spot!.height).toBe(true);
      }
    }
  });

  it('fills a height with cells that stay readable, and else keeps its own', () => {
    const highOf = (rows: number, height?: number) => {
      const data = dataOf(grid(rows, 4), {
        rows: Array.from({ length: rows }, (_, i) => ({ text: `${i}` })),
      });
      return heatmapScene(data, { width: 400, ink: paper, ...(height && { height }) }).spots.at(0, 0)!.height;
    };
    expect(highOf(3)).toBe(24);
    expect(highOf(3, 600)).toBe(56);
    expect(highOf(20, 600)).toBeGreaterThan(24);
    expect(highOf(300, 600)).toBe(12);
    expect(highOf(4000, 600)).toBe(6);
  });

  it('of numbers below narrow columns names every second, fifth or tenth; of long names all, upwards', () => {
    const names = (columns: readonly string[], width: number) =>
      heatmapScene(dataOf(grid(2, columns.length), { columns }), { width, ink: paper })
        .foot!.shapes.filter(({ column }) => column !== undefined)
        .map(({ text }) => text);
    const layers = Array.from({ length: 48 }, (_, layer) => `${layer}`);
    expect(names(layers.slice(0, 6), 400)).toEqual(layers.slice(0, 6));
    expect(names(layers, 400)).toEqual(['0', '5', '10', '15', '20', '25', '30', '35', '40', '45']);
    expect(names(['BOS', 'a long name', 'x'], 120)).toEqual(['BOS', 'a long name', 'x']);
  });

  it('of many rows stays on one screen, and a square one is square', () => {
    const tall = heatmapScene(dataOf(grid(300, 6)), frame);
    expect(tall.raster!.height).toBeLessThan(600);
    const { rows, width } = heatmapScene(dataOf(grid(9, 9), { isSquare: true }), frame);
    expect(width).toBeLessThan(500);
    for (const { spot } of rows!.flatMap(({ cells }) => cells)) expect(spot!.width).toBe(spot!.height);
  });
});

describe('charts', () => {
  it('lines shade the marked part of a numeric axis', () => {
    const data = dataOf([[0.1, 0.2, 0.3, 0.4]], { columnsAt: [0, 1, 2, 4], columnsMarked: [1, 3] });
    const { shapes, spots } = linesScene(data, frame);
    const [shaded, ...others] = shapes.filter(({ tag }) => tag === 'rect');
    expect(others).toEqual([]);
    const { x, width } = shaded!.attributes as { x: number; width: number };
    expect([x, x + width]).toEqual([spots.of(1)!.x + 5, spots.of(2)!.x + 5]);
  });

  it('lines break where nothing is defined, and stand where the axis says', () => {
    const data = dataOf(
      [
        [0.1, -0.5, null],
        [0.2, 0, 0.4],
      ],
      { columnsAt: [0, 1, 10] },
    );
    const { shapes, spots } = linesScene(data, frame);
    const x = (cell: number) => spots.of(cell)!.x;
    expect(spots.of(2)).toBeNull();
    expect((x(5) - x(3)) / (x(4) - x(3))).toBeCloseTo(10, 6);
    expect(shapes.filter(({ tag }) => tag === 'circle')).toHaveLength(5);
    expect(JSON.stringify(shapes)).not.toContain('NaN');
  });

  it('bars begin at 0, and of many only the largest are drawn', () => {
    const scene = barsScene(dataOf([[0.1, -0.5, null, 0.2]]), frame);
    const bars = scene.shapes.filter(({ tag }) => tag === 'rect');
    expect(bars).toHaveLength(3);
    const [positive, negative] = bars;
    const end = Number(negative!.attributes.x) + Number(negative!.attributes.width);
    expect(end).toBeCloseTo(Number(positive!.attributes.x), 6);
    const many = barsScene(dataOf([Array.from({ length: 300 }, (_, i) => Math.sin(i))]), frame);
    expect(many.shapes.filter(({ tag }) => tag === 'rect')).toHaveLength(MOST_BARS);
  });

  it('the names beside a colour bar never overprint', () => {
    const marks = [0, 0.01, 0.5, 0.52, 1].map((value) => ({ value, text: `${value}` }));
    const { shapes } = colourBarScene(
      { scales: ['purple'], caption: 'p', domain: [0, 1], marks },
      { ink: paper },
    );
    const y = shapes
      .filter(({ tag }) => tag === 'line')
      .map(({ attributes }) => Number(attributes.y1))
      .sort((a, b) => a - b);
    for (let i = 1; i < y.length; i++) expect(y[i]! - y[i - 1]!).toBeGreaterThanOrEqual(12);
  });
});

describe('small multiples', () => {
  it('are as equal as can be', () => {
    expect(gridOf(5, { width: 800, names: 80, least: 160 })).toEqual({ across: 3, width: 229 });
    expect(gridOf(3, { width: 100, names: 80, least: 160 }).across).toBe(1);
  });

  it('share the names of rows and columns, and none overlaps another', () => {
    const all = Array.from({ length: 5 }, (_, i) => dataOf(grid(3, 12), { title: `head ${i}` }));
    const { pictures, width, height } = multiples(MARKS.heatmap, all, { width: 700, ink: paper });
    expect(width).toBeLessThanOrEqual(700);
    expect(pictures.map(({ scene }) => scene.side?.shapes.length)).toEqual([
      3,
      undefined,
      undefined,
      3,
      undefined,
    ]);
    const feet = pictures.map(
      ({ scene }) => scene.foot?.shapes.some(({ column }) => column !== undefined) ?? false,
    );
    expect(feet).toEqual([false, false, true, true, true]);
    pictures.forEach(({ scene, x, y }, i) => {
      expect(x + scene.width).toBeLessThanOrEqual(width);
      expect(y + scene.height).toBeLessThanOrEqual(height);
      for (const other of pictures.slice(i + 1))
        expect(other.x >= x + scene.width || other.y >= y + scene.height).toBe(true);
    });
  });
});

describe('text', () => {
  it('is cut to its room, and letters that fill a square count as such', () => {
    expect(fitted('a long name', 40)).toMatch(/^a lo?.*…$/);
    expect(textWidth(fitted('日本語の長い名前', 40))).toBeLessThanOrEqual(46);
    expect(fitted('日本', 24)).toBe('日本');
    expect(wrapped('one two three', 50)).toEqual(['one two', 'three']);
  });
});

it('a file holds every cell of a raster, neighbours of one colour as one', () => {
  const flat = heatmapScene(
    dataOf(Array.from({ length: 40 }, () => Array.from({ length: 50 }, () => 0.5))),
    frame,
  );
  const svg = svgFile([{ lines: ['found'], scenes: [{ scene: flat, x: 0, y: 0 }] }]);
  expect(svg.match(/<rect [^>]*fill="rgb/g)).toHaveLength(40);
});
