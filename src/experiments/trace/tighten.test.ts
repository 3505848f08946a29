import { describe, expect, it } from 'vitest';
import golden from '../../results/golden/trace-v2.json';
import { parseDocument } from '../../results/parse';
import { halfWidth } from '../../results/tightened';
import { tightenExperiment } from './tighten';

const document = parseDocument(golden);
const corrupted = document.tightened!.find(({ at }) => at === 'corrupted')!;

const withSpec = (change: object) => ({ ...document, spec: { ...document.spec, ...change } });

describe('tighten', () => {
  it('brought the corrupted level of a fact within 3 points of 1.4 %, where ten draws said 12 %', () => {
    expect(document.figures[0]!.levels![0]!.value).toBeCloseTo(0.12, 2);
    expect(corrupted.draws).toBe(300);
    expect(Math.abs(corrupted.mean - 0.014)).toBeLessThan(0.03);
    expect(halfWidth(corrupted.interval)).toBeLessThan(0.03);
  });

  it.each([
    ['no target', { document, targets: [] }, /nothing is named/],
    [
      'a cell outside',
      { document, targets: [{ figure: 'hidden', cell: 594 }] },
      /there is no such cell, got hidden, cell 594, expected corrupted, or a cell of hidden below 48/,
    ],
    [
      'a cell that no noise reaches',
      { document, targets: [{ figure: 'hidden', cell: 12 }] },
      /no noise reaches a cell before the subject, got hidden, cell 12/,
    ],
    [
      'as many draws already',
      {
        document: withSpec({ corruption: { ...(document.spec.corruption as object), samples: 300 } }),
        targets: ['corrupted' as const],
      },
      /as many draws already, got 300/,
    ],
    ['a rank', { document: withSpec({ metric: 'rank' }), targets: ['corrupted' as const] }, /a rank has no/],
  ])('refuses %s in one sentence', (_, request, message) => {
    expect(() => tightenExperiment(request)).toThrow(message);
  });
});
