import { describe, expect, it } from 'vitest';
import golden from '../../results/golden/trace-v2.json';
import { asTrace } from '../../results/document';
import { parseDocument } from '../../results/parse';
import { halfWidth } from '../../results/tightened';
import { tightenExperiment } from './tighten';

const document = asTrace(parseDocument(golden));
const corrupted = document.tightened!.find(({ at }) => at === 'corrupted')!;

describe('tighten', () => {
  it('brought the corrupted level of a fact within 3 points of 1.4 %, where ten draws said 12 %', () => {
    expect(document.corrupted.metric).toBeCloseTo(0.12, 2);
    expect(corrupted.draws).toBe(300);
    expect(Math.abs(corrupted.mean - 0.014)).toBeLessThan(0.03);
    expect(halfWidth(corrupted.interval)).toBeLessThan(0.03);
  });

  it.each([
    ['no target', { document, targets: [] }, /nothing is named/],
    [
      'a cell outside',
      { document, targets: [{ kind: 'hidden' as const, row: 99, layer: 0 }] },
      /there is no such cell, got hidden, row 99/,
    ],
    [
      'a cell that no noise reaches',
      { document, targets: [{ kind: 'hidden' as const, row: 2, layer: 0 }] },
      /no noise reaches a cell before the subject, got row 2/,
    ],
    [
      'as many draws already',
      {
        document: { ...document, intervals: { ...document.intervals, draws: 300 } },
        targets: ['corrupted' as const],
      },
      /as many draws already, got 300/,
    ],
    [
      'a rank',
      { document: { ...document, metric: 'rank' as const }, targets: ['corrupted' as const] },
      /a rank has no/,
    ],
  ])('refuses %s in one sentence', (_, request, message) => {
    expect(() => tightenExperiment(request)).toThrow(message);
  });
});
