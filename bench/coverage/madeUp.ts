/** Synthetic draws, and prompts in clusters. */
import { bootstrapT } from '../../src/statistics/bootstrapT';
import { clusterMean, clusterWeights } from '../../src/statistics/clusters';
import { fiellerInterval } from '../../src/statistics/fieller';
import { hedgedInterval } from '../../src/statistics/hedged';
import { RandomState } from '../../src/util/random';
import { type Interval, tInterval } from '../../src/statistics/stats';
import { table, Tally } from './tally';

type Draw = (random: RandomState) => number;

/** Distributions with their means. */
const DRAWS: Readonly<Record<string, { draw: Draw; mean: number; bounded: boolean }>> = {
  'normal, mean 0.5, sd 1': { draw: (random) => 0.5 + random.nextNormal(), mean: 0.5, bounded: false },
  'lognormal, sigma 1': {
    draw: (random) => Math.exp(random.nextNormal()),
    mean: Math.exp(0.5),
    bounded: false,
  },
  'even between 0 and 1': { draw: (random) => random.nextDouble(), mean: 0.5, bounded: true },
  '0.6 once in 30, else 0.002': {
    draw: (random) => (random.nextDouble() < 1 / 30 ? 0.6 : 0.002),
    mean: 0.6 / 30 + (0.002 * 29) / 30,
    bounded: true,
  },
};

export function draws(resamples: number): string {
  const rows = Object.entries(DRAWS).flatMap(([name, { draw, mean, bounded }]) =>
    [3, 10, 30, 100].map((n) => {
      const random = new RandomState(400 + n);
      const [t, hedged] = [new Tally(), new Tally()];
      for (let r = 0; r < resamples; r++) {
        const values = Array.from({ length: n }, () => draw(random));
        t.add(tInterval(values), mean);
        if (bounded) hedged.add(hedgedInterval(values, [0, 1]), mean);
      }
      return [name, `${n}`, ...t.row(), ...hedged.row().slice(0, 2)];
    }),
  );
  return table(['draws are', 'n', 't covers', 'width', 'off 0', 'hedged covers', 'width'], rows);
}

/** A prompt's number is its subject's plus its own. */
const EFFECTS: Readonly<Record<string, { subject: Draw; own: Draw; mean: number }>> = {
  normal: { subject: (random) => 0.5 + random.nextNormal(), own: (random) => random.nextNormal(), mean: 0.5 },
  lognormal: {
    subject: (random) => Math.exp(random.nextNormal()),
    own: (random) => 0.5 * random.nextNormal(),
    mean: Math.exp(0.5),
  },
  'in a tenth of the prompts': {
    subject: () => 0,
    own: (random) => (random.nextDouble() < 0.1 ? 1 : 0) + 0.05 * random.nextNormal(),
    mean: 0.1,
  },
};

/** Prompts per subject, repeated cyclically. */
const SIZES = { equal: [3], unequal: [1, 1, 2, 3, 8] };

export function clusters(resamples: number): string {
  const rows = Object.entries(EFFECTS).flatMap(([name, effect]) =>
    Object.entries(SIZES).flatMap(([kind, sizes]) =>
      [5, 10, 20, 40].map((G) => {
        const random = new RandomState(500 + G);
        const tallies = [new Tally(), new Tally()];
        let df = 0;
        for (let r = 0; r < resamples; r++) {
          const { values, names } = prompts(random, effect, sizes, G);
          const both = (['cases', 'clusters'] as const).map((weigh) => clusterMean(values, names, weigh));
          for (const [k, one] of both.entries()) tallies[k]!.add(one.interval, effect.mean);
          df = both[0]!.df;
        }
        return [name, kind, `${G}`, df.toFixed(1), ...tallies[0]!.row(), tallies[1]!.row()[0]!];
      }),
    ),
  );
  const head = [
    'effect',
    'sizes',
    'subjects',
    'df',
    'coverage',
    'width',
    'off 0',
    'mean over subjects covers',
  ];
  return table(head, rows);
}

/** Fieller's interval of a ratio of 0.7, and bootstrap-t of a skewed divergence. */
export function ratiosAndDivergences(resamples: number): string {
  const rows = [5, 10, 20, 40].map((G) => {
    const random = new RandomState(600 + G);
    const about = clusterWeights(new Array<number>(G).fill(1));
    const [clear, weak, boot, t] = [new Tally(), new Tally(), new Tally(), new Tally()];
    for (let r = 0; r < resamples; r++) {
      clear.add(ratio(random, 3, G, about), 0.7);
      weak.add(ratio(random, 0.7, G, about), 0.7);
      const values = Array.from({ length: G }, () => Math.exp(random.nextNormal() - 2));
      const mean = Math.exp(-1.5);
      boot.add(bootstrapT(values, new Array<number>(G).fill(1), { samples: 500, seed: r }), mean);
      t.add(tInterval(values), mean);
    }
    const says = (tally: Tally) => tally.row().slice(0, 2);
    return [`${G}`, ...says(clear), ...says(weak), weak.silence, ...says(boot), says(t)[0]!];
  });
  const head = [
    'prompts',
    'ratio, denominator 3 sd',
    'width',
    'denominator 0.7 sd',
    'width',
    'not determined',
    'lognormal divergence, bootstrap-t',
    'width',
    't',
  ];
  return table(head, rows);
}

function ratio(
  random: RandomState,
  level: number,
  G: number,
  about: ReturnType<typeof clusterWeights>,
): Interval | null {
  const below = Array.from({ length: G }, () => level + random.nextNormal());
  const above = below.map((b) => 0.7 * b + 0.5 * random.nextNormal());
  const found = fiellerInterval(above, below, about);
  return found.kind === 'interval' ? found.interval : null;
}

function prompts(
  random: RandomState,
  { subject, own }: (typeof EFFECTS)[string],
  sizes: readonly number[],
  G: number,
): { values: number[]; names: string[] } {
  const values: number[] = [];
  const names: string[] = [];
  for (let g = 0; g < G; g++) {
    const level = subject(random);
    for (let k = 0; k < sizes[g % sizes.length]!; k++) {
      values.push(level + own(random));
      names.push(`${g}`);
    }
  }
  return { values, names };
}
