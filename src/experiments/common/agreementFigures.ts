/** Estimates beside measurements of the same things: a scatter, and how well they agree. */
import type { Figure } from '../../results/document';
import { agreement } from '../../statistics/agreement';

/** One thing, estimated and measured. */
export interface Pair {
  readonly label: string;
  readonly estimated: number;
  readonly measured: number;
}

interface Scatter extends Pick<Figure, 'name' | 'title' | 'unit' | 'caption'> {
  readonly pairs: readonly Pair[];
}

export const agreementScatter = ({ pairs, ...figure }: Scatter): Figure => ({
  ...figure,
  axes: [
    { name: 'cell', labels: pairs.map(({ label }) => label) },
    { name: 'value', labels: ['estimated by gradient', 'measured'] },
  ],
  values: pairs.flatMap(({ estimated, measured }) => [estimated, measured]),
  drawn: 'scatter',
  scale: 'signed',
});

interface Row {
  readonly name: string;
  readonly pairs: readonly Pair[];
  /** The value without an effect. */
  readonly base: number;
}

interface Table {
  /** What the rows are. */
  readonly rowsAre: string;
  readonly rows: readonly Row[];
  /** Numbers without a sign have no wrong one. */
  readonly isUnsigned?: boolean;
  /** How many of n things count as the largest; default: `topOf`. */
  readonly top?: (n: number) => number;
  readonly caption: string;
}

/** The 20 largest; of fewer than 100 things a fifth, since any order finds the 20 largest of 20. */
export const topOf = (n: number): number => Math.min(20, Math.ceil(n / 5));

export const agreementTable = ({
  rowsAre,
  rows,
  isUnsigned = false,
  top = topOf,
  caption,
}: Table): Figure => ({
  name: 'agreement',
  title: 'How well the estimates agree',
  axes: [
    { name: rowsAre, labels: rows.map(({ name }) => name) },
    {
      name: 'number',
      labels: [
        'Spearman',
        'R²',
        'share of the true top found',
        ...(isUnsigned ? [] : ['wrong signs in the top']),
        'size of the top',
      ],
    },
  ],
  unit: '',
  values: rows.flatMap(({ pairs, base }) => {
    const k = top(pairs.length);
    const estimated = pairs.map((pair) => pair.estimated - base);
    const measured = pairs.map((pair) => pair.measured - base);
    const { spearman, rSquared, top: found, signErrors, topSize } = agreement(estimated, measured, k);
    return [spearman, rSquared, found, ...(isUnsigned ? [] : [signErrors]), topSize];
  }),
  drawn: 'table',
  scale: 'signed',
  caption,
});
