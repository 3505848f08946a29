/** Orders of documents: all or a seeded sample, and the manipulations of Huang et al. 2025. */
import { RandomState } from '../../util/random';
import { quoted } from '../../util/parse';
import { range } from '../../util/range';
import { shuffled } from '../../util/shuffled';

/** The document at each place; dropped documents are absent. */
export type Permutation = readonly number[];

/** Up to four documents, all orders are tried. */
export const MOST_ORDERS = 24;

/**
 * All orders of n documents if at most 24: the given one first, varying the last document first.
 * Else the given one and `samples` - 1 distinct others, drawn by `seed`.
 */
export function permutationsOf(n: number, samples: number, seed: number): Permutation[] {
  const given = range(0, n);
  if (factorial(n) <= MOST_ORDERS) return lexicographic(given);
  const random = new RandomState(seed);
  const drawn = new Map([[given.join(), given]]);
  while (drawn.size < Math.min(samples, factorial(n))) {
    const order = shuffled(given, random);
    drawn.set(order.join(), order);
  }
  return [...drawn.values()];
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

function lexicographic(items: Permutation): Permutation[] {
  if (items.length < 2) return [items];
  return items.flatMap((first) =>
    lexicographic(items.filter((other) => other !== first)).map((rest) => [first, ...rest]),
  );
}

/** 'distance 3': three other documents between consecutive gold documents. */
const DISTANCE = /^distance (\d+)$/;

export const isOrderName = (name: string): boolean =>
  ['given', 'forward', 'backward', 'gold only', 'remove first'].includes(name) || DISTANCE.test(name);

/** `gold`: documents of the reasoning chain, first to last, of n. Throws one sentence. */
export function namedOrder(name: string, n: number, gold: readonly number[], where: string): Permutation {
  const given = range(0, n);
  const noise = given.filter((d) => !gold.includes(d));
  /** Keeps the places of the gold documents. */
  const inPlace = (chain: readonly number[]) => {
    let next = 0;
    return given.map((d) => (gold.includes(d) ? chain[next++]! : d));
  };
  if (name === 'given') return given;
  if (gold.length === 0)
    throw new Error(
      `${where}.gold: is missing, got nothing, expected the documents that the answer needs, for order ${quoted(name)}.`,
    );
  if (name === 'forward') return inPlace(gold);
  if (name === 'backward') return inPlace([...gold].reverse());
  if (name === 'gold only') return given.filter((d) => gold.includes(d));
  if (name === 'remove first') {
    if (n > 1) return given.filter((d) => d !== gold[0]);
    throw new Error(`${where}.documents: are too few for 'remove first', got ${n}, expected at least 2.`);
  }
  const distance = Number(DISTANCE.exec(name)![1]);
  const between = distance * (gold.length - 1);
  if (between > noise.length) {
    throw new Error(
      `${where}.documents: are too few for ${quoted(name)}, got ${noise.length} beside the gold ones, expected at least ${between}.`,
    );
  }
  const before = noise.length - between;
  return [
    ...noise.slice(0, before),
    ...gold.flatMap((d, k) =>
      k === 0 ? [d] : [...noise.slice(before + (k - 1) * distance, before + k * distance), d],
    ),
  ];
}
