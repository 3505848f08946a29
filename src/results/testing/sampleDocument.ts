/**
 * A synthetic trace of any size with realistic, incompressible numbers, for tests: as written in
 * version 2, and as read.
 */
import { RandomState } from '../../util/random';
import type { ResultDocument } from '../document';
import { parseDocument } from '../parse';
import type { Interval, Metric } from '../parts';
import type { NextToken } from '../trace';
import type { TraceKind } from '../traceMap';
import { maxOf, minOf } from '../../util/lists';

interface OldRow {
  restored: number[];
  effect: number[];
  range?: Interval[];
  draws?: number[][];
  interval?: Interval[];
  hatched?: boolean[];
}

export interface OldKind {
  restored: number[][];
  effect: number[][];
  range?: Interval[][];
  draws?: number[][][];
  interval?: Interval[][];
  hatched?: boolean[][];
  p?: number[][];
  groups: ({ name: string; rows: number[] } & OldRow)[];
  peak: {
    row: number;
    layer: number;
    effect: number;
    overNoise: {
      by: 'logprob' | 'logit-diff';
      effect: number;
      interval: Interval;
      rule: 'max-t';
      family: number;
      share: number;
      alike: [number, number][];
    } | null;
  } | null;
}

/** A trace of version 2. */
export interface OldTrace {
  format: 'loci';
  version: 2;
  kind: 'causal-trace';
  spec: Record<string, unknown>;
  model: ResultDocument['model'];
  tokens: { id: number; token: string }[];
  answer: { id: number; token: string };
  distractor?: { id: number; token: string };
  predicted: { id: number; token: string; p: number };
  known: boolean;
  metric: Metric;
  clean: { metric: number; p: number };
  corrupted: { metric: number; p: number; range?: Interval; draws?: number[]; interval?: Interval };
  intervals: {
    varies: 'noise' | 'nothing';
    draws: number;
    rule: 'hedged' | 't' | 'none';
    looks?: number[];
    hatching: 'logprob' | 'logit-diff' | 'none';
    notes?: string[];
  };
  tightened?: unknown[];
  nextTokens: NextToken[];
  kinds: Partial<Record<TraceKind, OldKind>>;
  counters: ResultDocument['counters'];
  environment: ResultDocument['environment'];
}

export interface SampleOptions {
  readonly T?: number;
  readonly L?: number;
  readonly kinds?: readonly TraceKind[];
  readonly metric?: Metric;
  readonly seed?: number;
  /** Noise draws; null: corrupted by other tokens. */
  readonly samples?: number | null;
  readonly nextTokens?: number;
  readonly groups?: boolean;
  /** Position of the subject's first token. */
  readonly begin?: number;
}

const WORDS = [
  '<|endoftext|>',
  'The',
  ' capital',
  ' of',
  ' Bur',
  'k',
  'ina',
  ' F',
  'aso',
  ' is',
  ' the',
  ' city',
  ' of',
];

export const sampleDocument = (options: SampleOptions = {}): ResultDocument =>
  parseDocument(sampleOld(options));

export function sampleOld(options: SampleOptions = {}): OldTrace {
  const { T = 12, L = 6, kinds = ['hidden', 'mlp', 'attn'], metric = 'p', seed = 1 } = options;
  const { samples = 10, nextTokens = 10, groups = true, begin = 4 } = options;
  const random = new RandomState(seed);
  const next = () => random.nextDouble();
  const scale = { p: 1, logprob: 8, 'logit-diff': 12, rank: 400 }[metric];
  const sign = metric === 'rank' ? -1 : 1;
  const clean = metric === 'rank' ? 0 : 0.9 * scale + next() * 0.05;
  const corrupted = clean - sign * scale * 0.8;
  const n = samples ?? 1;
  const hasInterval = n >= 3 && (metric === 'logprob' || metric === 'logit-diff');
  const by = metric === 'logit-diff' ? 'logit-diff' : 'logprob';
  const subject = { begin: Math.min(begin, T - 2), end: Math.min(begin + 5, T - 1) };
  const subjectRows = Array.from({ length: subject.end - subject.begin }, (_, i) => subject.begin + i);
  const token = (i: number) => WORDS[i % WORDS.length]!;
  const ids = Array.from({ length: T }, (_, i) => 17 * i + 3);

  const effectOf = (row: number) =>
    row < subject.begin ? 0 : sign * scale * 0.7 * next() ** 3 * (next() < 0.2 ? -0.1 : 1);
  /** Draws around `value`; the last one fixes their mean. */
  const drawsOf = (value: number): number[] => {
    const others = Array.from({ length: n - 1 }, () => value + scale * 0.1 * (next() - 0.5));
    return [...others, value * n - others.reduce((a, b) => a + b, 0)];
  };
  const rangeOf = (draws: readonly number[]): Interval => [minOf(draws), maxOf(draws)];
  const corruptedDraws = drawsOf(corrupted);
  const cells = (effect: readonly number[]) => {
    const draws = effect.map((x) => (x === 0 ? corruptedDraws : drawsOf(corrupted + x)));
    const halves = effect.map((x) => (x === 0 ? 0 : scale * 0.1 * next()));
    return {
      restored: effect.map((x) => corrupted + x),
      effect: [...effect],
      range: draws.map(rangeOf),
      draws,
      interval: effect.map((x, l): Interval => [x - halves[l]!, x + halves[l]!]),
      hatched: effect.map((x) => x !== 0 && next() < 0.3),
    };
  };
  /** Drops what this number of draws and this metric lack. */
  const without = <Row extends object>(row: Row): Row => {
    const left = [...(hasInterval ? [] : ['interval']), ...(n >= 10 ? [] : ['hatched'])];
    return Object.fromEntries(Object.entries(row).filter(([name]) => !left.includes(name))) as Row;
  };
  const kindResult = (): OldKind => {
    const effect = ids.map((_, t) => Array.from({ length: L }, () => effectOf(t)));
    const rows = effect.map(cells);
    const peak = { row: 0, layer: 0, effect: effect[0]![0]! };
    effect.forEach((row, t) => {
      row.forEach((x, l) => {
        if (x * sign > peak.effect * sign) Object.assign(peak, { row: t, layer: l, effect: x });
      });
    });
    rows[peak.row]!.hatched[peak.layer] = false;
    const size = metric === by ? peak.effect : 4;
    const together = cells(Array.from({ length: L }, () => effectOf(subject.begin)));
    return without({
      restored: rows.map(({ restored }) => restored),
      effect,
      range: rows.map(({ range }) => range),
      draws: rows.map(({ draws }) => draws),
      interval: rows.map(({ interval }) => interval),
      hatched: rows.map(({ hatched }) => hatched),
      ...(metric !== 'p' && { p: effect.map((row) => row.map(() => next())) }),
      groups: groups ? [{ name: 'subject', rows: subjectRows, ...without(together) }] : [],
      peak: {
        ...peak,
        overNoise:
          n < 10
            ? null
            : {
                by,
                effect: size,
                interval: [0.5 * size, 1.5 * size],
                rule: 'max-t',
                family: (T - 1) * L,
                share: 0.93,
                alike: [],
              },
      },
    });
  };

  const answer = { id: 812, token: ' Ouagadougou' };
  const distractor = metric === 'logit-diff' ? { id: 640, token: ' Bamako' } : undefined;
  return {
    format: 'loci',
    version: 2,
    kind: 'causal-trace',
    spec: {
      version: 1,
      kind: 'causal-trace',
      model: { id: 'atlas', revision: 'builtin' },
      prompt: ids
        .slice(1)
        .map((_, i) => token(i + 1))
        .join(''),
      bos: true,
      tokens: ids,
      subject,
      answer: { id: answer.id },
      ...(distractor && { distractor: { id: distractor.id } }),
      corruption:
        samples === null
          ? { type: 'tokens', tokens: ids.map((id) => id + 1) }
          : {
              type: 'noise',
              rule: 's3',
              sigma: 0.07127449661493301,
              factor: 3,
              samples,
              seed: 1,
              stream: 'mt19937-polar',
            },
      metric,
      direction: 'restore',
      kinds: [...kinds],
      window: {
        rule: 'depth',
        size: 3,
        layers: Array.from({ length: L }, (_, l) => [Math.max(0, l - 1), Math.min(L, l + 2)]),
      },
      groups: groups ? [{ name: 'subject', rows: subjectRows }] : [],
    },
    model: { id: 'atlas', revision: 'builtin', sha256: hex(next), title: 'Atlas' },
    tokens: ids.map((id, i) => ({ id, token: token(i) })),
    answer,
    ...(distractor && { distractor }),
    predicted: { ...answer, p: 0.9 + next() * 0.05 },
    known: true,
    metric,
    clean: { metric: clean, p: metric === 'p' ? clean : next() },
    corrupted: {
      metric: corrupted,
      p: metric === 'p' ? corrupted : next(),
      range: rangeOf(corruptedDraws),
      draws: corruptedDraws,
      ...(hasInterval && { interval: [corrupted - 0.02 * scale, corrupted + 0.02 * scale] as Interval }),
    },
    intervals: {
      varies: samples === null ? 'nothing' : 'noise',
      draws: n,
      rule: hasInterval ? 't' : 'none',
      hatching: n >= 10 ? by : 'none',
    },
    nextTokens: Array.from({ length: nextTokens }, (_, i) => ({
      id: 800 + 13 * i,
      token: ` Word${i}`,
      clean: { p: next(), logit: 20 * next() - 5 },
      corrupted: { p: next(), logit: 20 * next() - 5 },
    })),
    kinds: Object.fromEntries(kinds.map((kind) => [kind, kindResult()])),
    counters: { dispatches: 188, submits: 12, readbacks: 4, flops: 1.234e9, naiveFlops: 6.789e9 },
    environment: {
      adapter: 'google swiftshader',
      engine: 'gpu',
      execution: 'wavefront',
      kernels: 'pinned',
      loci: '0.1.0',
      time: '2025-06-01T12:00:00.000Z',
      seconds: 1.25,
    },
  };
}

/** 64 random hex digits. */
function hex(next: () => number): string {
  return Array.from({ length: 64 }, () => Math.floor(next() * 16).toString(16)).join('');
}
