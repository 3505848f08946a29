import { describe, expect, it } from 'vitest';
import { type Compared, type ComparedDocument, compareDocuments, type Triple } from './compareFigures';
import type { Figure } from './document';
import { valueText } from './format';
import { sampleDocument } from './testing/sampleDocument';

const document = sampleDocument();
const triplesOf = (a: ComparedDocument, b: ComparedDocument) => {
  const found = compareDocuments(a, b);
  if (typeof found === 'string') throw new Error(found);
  return found;
};
const changed = (change: (figure: Figure) => Partial<Figure>) => ({
  ...document,
  figures: document.figures.map((figure) => ({ ...figure, ...change(figure) })),
});

describe('compareDocuments', () => {
  it('of the same question: A, B and A - B as changes from the floor, all signed', () => {
    const other = changed(({ values }) => ({ values: values.map((value) => value && value / 2) }));
    const [[a, b, difference]] = triplesOf(document, other) as [readonly [Figure, Figure, Figure]];
    expect([a, b, difference].map(({ scale }) => scale)).toEqual(['signed', 'signed', 'signed']);
    expect(new Set([a, b, difference].map(({ axes }) => JSON.stringify(axes))).size).toBe(1);
    for (const [i, value] of difference.values.entries())
      expect(value).toBeCloseTo(a.values[i]! - b.values[i]!, 12);
    expect(difference.values.some((value) => value !== 0)).toBe(true);
  });

  it('a finding less itself is nothing, and the sign turns with the order', () => {
    for (const [, , { values }] of triplesOf(document, document))
      expect(values.every((value) => value === null || value === 0)).toBe(true);
    const other = changed(({ values }) => ({ values: values.map((value) => value && value / 2) }));
    const [[, , forth]] = triplesOf(document, other) as [readonly [Figure, Figure, Figure]];
    const [[, , back]] = triplesOf(other, document) as [readonly [Figure, Figure, Figure]];
    expect(back.values).toEqual(forth.values.map((value) => (value === 0 ? 0 : -value!)));
  });

  it('of other prompts: the pieces of the subject and the last token meet', () => {
    const spec = document.spec as { tokens: number[]; subject: { begin: number; end: number } };
    // The same prompt without its start: every position moves by one.
    const shorter = {
      ...document,
      spec: {
        ...spec,
        tokens: spec.tokens.slice(1),
        subject: { begin: spec.subject.begin - 1, end: spec.subject.end - 1 },
      },
      figures: document.figures.map((figure): Figure => {
        const [down, across] = figure.axes;
        if (down?.name !== 'position' || !across) return figure;
        const labels = down.labels.slice(1).map((label) => `${label}'`);
        const { marked: _, groups: __, ...rest } = down;
        return {
          ...figure,
          axes: [{ ...rest, labels }, across],
          values: figure.values.slice(across.labels.length),
        };
      }),
    };
    const [[a, b]] = triplesOf(document, shorter) as [readonly [Figure, Figure, Figure]];
    const { labels } = a.axes[0]!;
    const whole = document.figures[0]!.axes[0]!.labels;
    expect(labels).toContain(`${whole[spec.tokens.length - 1]} / ${whole[spec.tokens.length - 1]}'`);
    expect(labels).toContain(`${whole[spec.subject.begin]} / ${whole[spec.subject.begin]}'`);
    expect(a.values.length).toBe(labels.length * a.axes[1]!.labels.length);
    expect(b.values.length).toBe(a.values.length);
  });

  it.each<readonly [string, ComparedDocument, RegExp]>([
    [
      'another metric',
      { ...document, spec: { ...document.spec, metric: 'rank' } },
      /^A measures probability and B measures rank/,
    ],
    ['no figure in common', { ...document, figures: [] }, /no figure in common/],
    [
      'another depth',
      changed(({ axes }) => ({
        axes: axes.map((axis) => (axis.name === 'layer' ? { ...axis, labels: [...axis.labels, 'x'] } : axis)),
      })),
      /entries of the axis 'layer'/,
    ],
  ])('%s is refused in one sentence', (_, other, reason) => {
    expect(compareDocuments(document, other)).toMatch(reason);
  });
});

describe('the interval of A - B', () => {
  const seeded = (seed: number, half: number, value = 1): ComparedDocument => ({
    ...document,
    spec: { ...document.spec, corruption: { ...(document.spec.corruption as object), seed } },
    figures: document.figures.flatMap((figure): Figure[] => {
      if (figure.drawn !== 'heatmap') return [];
      const values = figure.values.map(() => value);
      const { levels: _, floor: __, ...rest } = figure;
      return [{ ...rest, values, intervals: values.map((x) => [x - half, x + half]), rule: "Student's t" }];
    }),
  });

  it('of independent runs follows from both', () => {
    const [[, , difference]] = triplesOf(seeded(1, 3, 7), seeded(2, 4)) as [Triple];
    expect(difference.values[0]).toBe(6);
    expect(difference.intervals![0]).toEqual([1, 11]);
    expect(difference.hatched![0]).toBe(false);
    expect(difference.caption).toMatch(/MOVER/);
    const [[, , unsure]] = triplesOf(seeded(1, 3, 5), seeded(2, 4)) as [Triple];
    expect(unsure.intervals![0]).toEqual([-1, 9]);
    expect(unsure.hatched![0]).toBe(true);
  });

  it.each([
    ['the same noise', seeded(1, 1), seeded(1, 1), /both draw the same noise/],
    ['none on one side', seeded(1, 1), document, /A and B have none|B has none/],
  ])('is missing for %s, and says so', (_, a, b, reason) => {
    const [[, , difference]] = triplesOf(a, b) as [Triple];
    expect(difference.intervals).toBeUndefined();
    expect(difference.caption).toMatch(reason);
  });

  it('of changes of p is read in points', () => {
    const [[a, , difference]] = triplesOf(document, seeded(2, 0.1, 0.4)) as [Triple];
    const shares: Compared = { ...difference, percent: true };
    expect(a.percent).toBe(true);
    expect(a.change).toBe(true);
    expect(valueText(shares, 0.1234)).toBe('+12.3 points');
    expect(valueText({ ...shares, percent: undefined }, -0.1234)).toBe('−0.123');
  });
});
