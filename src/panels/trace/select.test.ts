import { describe, expect, it } from 'vitest';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { selectTrace } from './select';

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
    const strengths = view.maps.flatMap((map) => map.cells.flat().map((cell) => cell.strength));
    expect(Math.max(...strengths)).toBeCloseTo(1, 12);
    expect(Math.min(...strengths)).toBe(0);
  });

  it('starts the colours at the corrupted level, also where smaller is better', () => {
    for (const metric of ['p', 'rank', 'logit-diff'] as const) {
      const document = sampleDocument({ metric });
      const floor = document.corrupted.metric;
      const better = metric === 'rank' ? -1 : 1;
      for (const cell of selectTrace(document).maps.flatMap((map) => map.cells.flat())) {
        if ((cell.restored - floor) * better <= 0) expect(cell.strength).toBe(0);
        else expect(cell.strength).toBeGreaterThan(0);
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
      corrupted: { metric: 0, p: 0, interval: null },
      kinds: { hidden },
    });
    expect(view.maps[0]!.cells[2]![2]!.strength).toBeCloseTo(0.01, 10);
  });

  it('marks intervals that include 0, but not exact zeros', () => {
    const document = sampleDocument({ kinds: ['hidden'] });
    const hidden = structuredClone(document.kinds.hidden!);
    hidden.interval[5]![0] = [-0.1, 0.2];
    hidden.interval[5]![1] = [0.1, 0.2];
    hidden.interval[5]![2] = [0, 0];
    hidden.interval[5]![3] = null;
    const row = selectTrace({ ...document, kinds: { hidden } }).maps[0]!.cells[5]!;
    expect(row.slice(0, 4).map((cell) => cell.uncertain)).toEqual([true, false, false, false]);
    expect(row[0]!.label).toContain('may be chance');
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
