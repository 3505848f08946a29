/** A made-up document of any size, with realistic, incompressible numbers, for tests. */
import { RandomState } from '../../util/random';
import {
  DOCUMENT_VERSION,
  type KindResult,
  type Metric,
  type TraceDocument,
  type TraceKind,
} from '../document';

export interface SampleOptions {
  readonly T?: number;
  readonly L?: number;
  readonly kinds?: readonly TraceKind[];
  readonly metric?: Metric;
  readonly seed?: number;
  /** 1: no intervals; null: corrupted by other tokens, no intervals. */
  readonly samples?: number | null;
  readonly nextTokens?: number;
  readonly groups?: boolean;
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

export function sampleDocument(options: SampleOptions = {}): TraceDocument {
  const { T = 12, L = 6, kinds = ['hidden', 'mlp', 'attn'], metric = 'p', seed = 1 } = options;
  const { samples = 10, nextTokens = 10, groups = true } = options;
  const random = new RandomState(seed);
  const next = () => random.nextDouble();
  const scale = { p: 1, logprob: 8, 'logit-diff': 12, rank: 400 }[metric];
  const sign = metric === 'rank' ? -1 : 1;
  const clean = metric === 'rank' ? 0 : 0.9 * scale + next() * 0.05;
  const corrupted = clean - sign * scale * 0.8;
  const hasIntervals = samples !== null && samples > 1;
  const subject = { begin: Math.min(4, T - 2), end: Math.min(9, T - 1) };
  const subjectRows = Array.from({ length: subject.end - subject.begin }, (_, i) => subject.begin + i);
  const token = (i: number) => WORDS[i % WORDS.length]!;
  const ids = Array.from({ length: T }, (_, i) => 17 * i + 3);

  const effectOf = (row: number) =>
    row < subject.begin ? 0 : sign * scale * 0.7 * next() ** 3 * (next() < 0.2 ? -0.1 : 1);
  const intervalOf = (effect: number): [number, number] | null => {
    const half = effect === 0 ? 0 : scale * 0.1 * next();
    return hasIntervals ? [effect - half, effect + half] : null;
  };
  const kindResult = (): KindResult => {
    const effect = ids.map((_, t) => Array.from({ length: L }, () => effectOf(t)));
    const interval = effect.map((row) => row.map(intervalOf));
    const together = Array.from({ length: L }, () => effectOf(subject.begin));
    const peak = { row: 0, layer: 0, effect: effect[0]![0]! };
    effect.forEach((row, t) => {
      row.forEach((x, l) => {
        if (x * sign > peak.effect * sign) Object.assign(peak, { row: t, layer: l, effect: x });
      });
    });
    const pointwise = interval[peak.row]![peak.layer]!;
    return {
      restored: effect.map((row) => row.map((x) => corrupted + x)),
      effect,
      interval,
      ...(metric !== 'p' && { p: effect.map((row) => row.map(() => next())) }),
      groups: groups
        ? [
            {
              name: 'subject',
              rows: subjectRows,
              restored: together.map((x) => corrupted + x),
              effect: together,
              interval: together.map(intervalOf),
            },
          ]
        : [],
      peak: {
        ...peak,
        interval: pointwise && [
          1.5 * pointwise[0] - 0.5 * peak.effect,
          1.5 * pointwise[1] - 0.5 * peak.effect,
        ],
      },
    };
  };

  const answer = { id: 812, token: ' Ouagadougou' };
  const distractor = metric === 'logit-diff' ? { id: 640, token: ' Bamako' } : undefined;
  return {
    format: 'loci',
    version: DOCUMENT_VERSION,
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
      interval: hasIntervals ? [corrupted - 0.03 * scale * next(), corrupted + 0.03 * scale * next()] : null,
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
