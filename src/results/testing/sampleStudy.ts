/** A synthetic study of any size with realistic, incompressible numbers, for tests. */
import { RandomState } from '../../util/random';
import golden from '../golden/study-v1.json';
import { parseDocument } from '../parse';
import type { Figure, ResultDocument } from '../document';

export interface SampleFigure {
  /** Entries of each axis. */
  readonly shape: readonly number[];
  readonly drawn?: Figure['drawn'];
  readonly intervals?: 'symmetric' | 'skew' | 'ranges';
  readonly texts?: boolean;
  /** Share of undefined cells. */
  readonly missing?: number;
  /** Size of the numbers. */
  readonly size?: number;
}

const AXES = ['layer', 'head', 'destination', 'source'];

export function sampleFigure(sample: SampleFigure, seed = 1): Figure {
  const { shape, drawn = 'heatmap', intervals, texts, missing = 0, size = 1 } = sample;
  const random = new RandomState(seed);
  const cells = shape.reduce((product, n) => product * n, 1);
  const values = Array.from({ length: cells }, () =>
    random.nextDouble() < missing ? null : (random.nextDouble() - 0.5) ** 3 * 8 * size,
  );
  const half = () => random.nextDouble() * 0.1 * size;
  return {
    name: `figure-${seed}`,
    title: `figure ${seed}`,
    axes: shape.map((n, a) => ({ name: AXES[a]!, labels: Array.from({ length: n }, (_, i) => `${i}`) })),
    unit: 'logits',
    values,
    ...(intervals === 'ranges' && {
      ranges: values.map((value): [number, number] | null =>
        value === null ? null : [value - half(), value + half()],
      ),
      varies: { what: 'noise draws', n: 10 },
    }),
    ...((intervals === 'symmetric' || intervals === 'skew') && {
      rule: 'Student t, 11 degrees of freedom',
      intervals: values.map((value): [number, number] | null => {
        if (value === null) return null;
        const below = half();
        return [value - below, value + (intervals === 'skew' ? half() : below)];
      }),
      varies: { what: 'prompts', n: 12 },
    }),
    ...(texts && { texts: values.map((_, i) => ` word${i % 7}`) }),
    drawn,
    scale: 'signed',
  };
}

/** The golden study with these figures. */
export function sampleStudy(figures: readonly SampleFigure[]): ResultDocument {
  const document = parseDocument(golden) as ResultDocument;
  return { ...document, figures: figures.map((sample, i) => sampleFigure(sample, i + 1)) };
}
