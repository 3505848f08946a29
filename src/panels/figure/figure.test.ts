import { describe, expect, it } from 'vitest';
import { hatchText, overText } from '../../results/intervals';
import type { Figure } from '../../results/document';
import { sampleFigure, sampleStudy } from '../../results/testing/sampleStudy';
import { cellAt, cellView, groupFigures, largestCells, selectFigure, selectionOf } from './select';
import { documentSvg } from '../svg';
import { figureSvg } from './svg';

const figure = (change: Partial<Figure> = {}): Figure => ({
  ...sampleFigure({ shape: [2, 3] }),
  values: [0.1, -0.5, null, 0.2, 0, 0.4],
  ...change,
});

describe('a figure as something to draw', () => {
  it('runs the last axis across, the one before down, and further ones as small multiples', () => {
    const view = selectFigure(sampleFigure({ shape: [2, 3, 4, 5] }));
    expect([view.rows, view.columns, view.facets.length]).toEqual([4, 5, 6]);
    expect(view.facets[4]).toEqual({ title: 'layer 1, head 1', begin: 80 });
    expect(selectFigure(sampleFigure({ shape: [7] }))).toMatchObject({ rows: 1, columns: 7, down: null });
  });

  it('says a cell in one line, and that it may be chance', () => {
    const intervals: Figure['intervals'] = [[-0.1, 0.3], [-0.6, -0.4], null, [0, 0], [0, 0], [0.1, 0.7]];
    const view = selectFigure(figure({ intervals, varies: { what: 'prompts', n: 5 } }));
    expect(cellView(view, 0).label).toBe('layer 0, head 0: 0.1 [−0.1, 0.3], may be chance');
    expect(cellView(view, 1)).toMatchObject({
      uncertain: false,
      label: 'layer 0, head 1: −0.5 [−0.6, −0.4]',
    });
    expect(cellView(view, 2).label).toBe('layer 0, head 2: not defined');
    // An exact zero is certain.
    expect(cellView(view, 4).uncertain).toBe(false);
  });

  it('shows the range of draws where there is no interval, and says what hatching means', () => {
    const ranges: Figure['ranges'] = [[-0.1, 0.3], null, null, null, null, null];
    const draws = figure({ ranges, varies: { what: 'noise draws', n: 10 } });
    const view = selectFigure(draws);
    expect(cellView(view, 0).label).toBe('layer 0, head 0: 0.1 from −0.1 to 0.3, may be chance');
    expect(overText(draws)).toBe(
      'mean over 10 noise draws; ranges of the noise draws, too few for an interval',
    );
    expect(hatchText(draws)).toBe('hatched: the range includes 0');
    const older = figure({ intervals: ranges, varies: { what: 'prompts', n: 5 } });
    expect(overText(older)).toBe('mean over 5 prompts; intervals by the rule of an older version');
    const rule = 'CR2 t, 4.2 degrees of freedom';
    expect(overText({ ...older, rule })).toBe(`mean over 5 prompts; 95 % intervals (${rule})`);
  });

  it('finds the same place in another figure, and none where an axis is missing', () => {
    const view = selectFigure(figure());
    const other = selectFigure(sampleFigure({ shape: [3, 3] }, 2));
    const selection = selectionOf(view, 5);
    expect(selection.place).toEqual({ layer: '1', head: '2' });
    expect([cellAt(view, selection), cellAt(other, selection)]).toEqual([5, 5]);
    expect(cellAt(selectFigure(sampleFigure({ shape: [2, 3, 2] })), selection)).toBeNull();
    expect(cellAt(view, selectionOf(other, 8))).toBeNull();
  });

  it('shares one reach among neighbours in the same unit, and starts anew for another', () => {
    const figures = [
      figure(),
      figure({ name: 'b', values: [2, 0, 0, 0, 0, 0] }),
      figure({ name: 'c', unit: 'nats' }),
    ];
    const groups = groupFigures(figures);
    expect(groups.map((group) => group.map(({ reach }) => reach))).toEqual([[2, 2], [0.5]]);
    // Rounding errors stay small.
    expect(selectFigure(figure({ values: [1e-7, 0, 0, 0, 0, 0] })).reach).toBe(0.05);
  });

  it('names the largest cells first', () => {
    expect(largestCells(selectFigure(figure()), 3).map(({ cell }) => cell)).toEqual([1, 5, 3]);
  });
});

describe('SVG', () => {
  it.each([
    ['heatmap', [2, 3, 4, 5]],
    ['lines', [2, 3, 4]],
    ['bars', [3, 4]],
    ['table', [3, 4]],
    ['path', [3, 4, 2]],
    ['scatter', [5, 2]],
  ] as const)('of a %s is whole, with what it is and no number missing', (drawn, shape) => {
    const one = sampleFigure({ shape, drawn, intervals: 'skew', missing: 0.2, texts: drawn === 'table' });
    const svg = figureSvg(selectFigure({ ...one, title: 'a < b & "c"' }), 'What was found.');
    expect(svg).toMatch(/^<svg [^>]*width="\d+(\.\d+)?" height="\d+(\.\d+)?"/);
    expect(svg).toContain('<title>What was found.</title>');
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;');
    expect(svg).not.toMatch(/NaN|undefined|Infinity|var\(/);
    expect(svg.match(/<svg/g)).toHaveLength(1);
    expect(svg.match(/<g/g)?.length).toBe(svg.match(/<\/g>/g)?.length);
  });

  it('of a study holds all of its figures', () => {
    const svg = documentSvg(sampleStudy([{ shape: [2, 2] }, { shape: [4], drawn: 'bars' }]));
    expect(svg.match(/<svg/g)).toHaveLength(3);
  });
});
