import { describe, expect, it } from 'vitest';
import type { Figure } from '../../results/document';
import { heatmapScene } from '../../view/marks/heatmap';
import { reachPath } from '../../view/marks/reach';
import { paper } from '../../view/marks/scene';
import { dataOf } from './data';
import { reachOf } from './reach';
import { selectFigure } from './select';

const tokens = { name: 'position', labels: ['BOS', 'A', 'B'] };
const layers = { name: 'layer', labels: ['0', '1', '2', '3'] };
const figure = (name: string, axes = [tokens, layers]): Figure => ({
  name,
  title: name,
  axes,
  unit: 'probability',
  values: Array.from({ length: 12 }, (_, i) => i / 12),
  drawn: 'heatmap',
  scale: 'positive',
});
const at = (name: string) => ({ figure: name, place: { position: 'A', layer: '1' } });
const causal = { isCausal: true, isParallel: false };
const later = { rows: [1, 3], columns: [2, 4] };

describe('what a changed state reaches', () => {
  it('is itself, and later layers at the same and later tokens', () => {
    expect(reachOf(selectFigure(figure('hidden')), at('hidden'), causal)).toEqual({
      ...later,
      own: { row: 1, column: 1 },
    });
  });

  it('with layers down and tokens across is the same', () => {
    expect(reachOf(selectFigure(figure('x', [layers, tokens])), at('x'), causal)).toEqual({
      rows: [2, 4],
      columns: [1, 3],
      own: { row: 1, column: 1 },
    });
  });

  it('is every token of an encoder', () => {
    const flow = { ...causal, isCausal: false };
    expect(reachOf(selectFigure(figure('hidden')), at('hidden'), flow)).toMatchObject({ rows: [0, 3] });
  });

  it.each([
    ['attn', 'mlp', false, true],
    ['attn', 'mlp', true, false],
    ['attn', 'hidden', true, true],
    ['mlp', 'attn', false, false],
    ['hidden', 'mlp', false, false],
  ])('of %s in the same layer %s (parallel: %s): %s', (from, to, isParallel, isReached) => {
    const reach = reachOf(selectFigure(figure(to)), at(from), { isCausal: true, isParallel });
    expect(reach).toEqual({ ...later, own: isReached ? { row: 1, column: 1 } : null });
  });

  it('is not told where a figure has no layers', () => {
    const heads = figure('heads', [{ name: 'head', labels: ['0', '1', '2'] }, layers]);
    expect(reachOf(selectFigure(heads), at('hidden'), causal)).toBeNull();
  });

  it.each([false, true])('is drawn over cells alone (canvas: %s)', (isRaster) => {
    const view = selectFigure(figure('hidden'));
    const { spots } = heatmapScene(dataOf(view, 0), { width: 400, ink: paper, isRaster });
    const path = reachPath(spots, reachOf(view, at('hidden'), causal)!);
    const box = (row: number, first: number, last: number) => {
      const [a, b] = [spots.at(row, first)!, spots.at(row, last)!];
      return `M${a.x} ${a.y}H${b.x + b.width}V${a.y + a.height}H${a.x}Z`;
    };
    expect(path).toBe(box(1, 1, 1) + box(1, 2, 3) + box(2, 2, 3));
  });
});
