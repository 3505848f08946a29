import { describe, expect, it } from 'vitest';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { strengthOf } from '../../view/marks/data';
import { selectTrace, traceMarks, type TraceView } from './select';

/** [map][row][layer]: 0 = the corrupted level, 1 = the largest effect of all kinds. */
const strengthsOf = (view: TraceView): number[][][] =>
  traceMarks(view).map((data) =>
    data.rows.map((_, row) => data.columns.map((_c, layer) => strengthOf(data, data.cell(row, layer).value))),
  );

describe('selectTrace', () => {
  it('has one row per token, then the groups, and one map per kind on one scale', () => {
    const document = sampleDocument({ T: 12, L: 6 });
    const view = selectTrace(document);
    const groups = document.kinds.hidden!.groups.length;
    expect(view.rows).toHaveLength(12 + groups);
    expect(view.rows[0]!.text).toBe('BOS');
    expect(view.maps.map((map) => map.kind)).toEqual(['hidden', 'mlp', 'attn']);
    for (const map of view.maps) {
      expect(map.cells).toHaveLength(view.rows.length);
      expect(map.cells[3]![2]!.restored).toBe(document.kinds[map.kind]!.restored[3]![2]);
    }
    const strengths = strengthsOf(view).flat(2);
    expect(Math.max(...strengths)).toBeCloseTo(1, 12);
    expect(Math.min(...strengths)).toBeLessThanOrEqual(0);
  });

  it('starts the colours at the corrupted level, also where smaller is better', () => {
    for (const metric of ['p', 'rank', 'logit-diff'] as const) {
      const document = sampleDocument({ metric });
      const floor = document.corrupted.metric;
      const better = metric === 'rank' ? -1 : 1;
      const view = selectTrace(document);
      const strengths = strengthsOf(view);
      for (const [m, row, layer, cell] of view.maps.flatMap(({ cells }, m) =>
        cells.flatMap((list, row) => list.map((cell, layer) => [m, row, layer, cell] as const)),
      )) {
        const strength = strengths[m]![row]![layer]!;
        if ((cell.restored - floor) * better <= 0) expect(strength).toBeLessThanOrEqual(0);
        else expect(strength).toBeGreaterThan(0);
      }
    }
  });

  it('does not blow up noise where nothing was lost', () => {
    const document = sampleDocument({ kinds: ['hidden'], groups: false });
    const flat = (value: number): number[][] =>
      document.kinds.hidden!.restored.map((row) => row.map(() => value));
    const hidden = { ...document.kinds.hidden!, restored: flat(1e-4), effect: flat(1e-4) };
    const view = selectTrace({
      ...document,
      clean: { metric: 0, p: 0 },
      corrupted: { metric: 0, p: 0 },
      kinds: { hidden },
    });
    expect(strengthsOf(view)[0]![2]![2]).toBeCloseTo(0.01, 10);
  });

  it('hatches what the document says, and shows the draws behind a cell and behind the corrupted level', () => {
    const document = sampleDocument({ kinds: ['hidden'] });
    const hidden = structuredClone(document.kinds.hidden!);
    hidden.hatched![5] = [true, false, true, false, false, false];
    const view = selectTrace({ ...document, kinds: { hidden } });
    const row = view.maps[0]!.cells[5]!;
    expect(row.map((cell) => cell.uncertain)).toEqual(hidden.hatched![5]);
    expect(row[0]!.label).toContain('may be chance');
    expect(row[1]!.draws).toEqual(hidden.draws![5]![1]);
    expect(view.spread!.draws).toEqual(document.corrupted.draws);
    expect(view.intervalLabel).toBeNull();
    expect(view.legend.join(' ')).toMatch(/^Hatched: no effect on log p .* 10 draws .* Tighten a number/);
  });

  it('says why nothing is hatched', () => {
    expect(selectTrace(sampleDocument({ samples: 3 })).legend[0]).toMatch(/^Nothing is hatched: 3 draws say/);
    expect(selectTrace(sampleDocument({ samples: 1 })).legend[0]).toMatch(
      /^Nothing is hatched: one draw says/,
    );
    expect(selectTrace(sampleDocument({ samples: null })).legend[0]).toMatch(
      /replaced once, so nothing varies/,
    );
    expect(selectTrace(sampleDocument({ samples: 1 })).spread).toBeNull();
  });

  it('says which layers a window restored, and which kinds are still missing', () => {
    const document = sampleDocument();
    const { hidden, mlp } = document.kinds;
    const view = selectTrace({ ...document, kinds: { hidden, mlp } });
    expect(view.missing).toEqual(['attn']);
    expect(view.maps[0]!.cells[1]![3]!.layers).toEqual([3, 4]);
    const { layers } = (document.spec as { window: { layers: [number, number][] } }).window;
    expect(view.maps[1]!.cells[1]![3]!.layers).toEqual(layers[3]);
  });
});
