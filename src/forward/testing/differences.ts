/** Gradients of the float64 reference against central differences, at every site of a model. */
import { expect } from 'vitest';
import { listSites, rowLayout } from '../../model/sites';
import { isContinuous, type Site } from '../../model/siteKinds';
import type { ModelSpec } from '../../model/spec';
import { logSoftmax } from '../../util/distribution';
import { maxOf } from '../../util/lists';
import { range } from '../../util/range';
import { standardNormals } from '../../util/random';
import type { RowMetric } from '../request/contract';
import type { MetricRow, Run } from '../request/types';
import type { Seed } from '../request/seeds';
import { createReferenceForward } from '../reference/forward';
import { type Golden, loadGolden, type ReadFile } from '../testing';
import { everyTable } from './everyTable';
import { lastKink, type Model } from './kinks';

const STEP = 1e-5;

/** Largest error over the tensor's largest gradient; for all entries together, over their spread. */
const BAR = 1e-6;

/** Gradients below this share of `size` count as this: float64's rounding over two steps is 1e-10. */
const LEAST = 1e-4;

/** The model; without an unembedding, its last stream through the embedding table. */
function withLogits({ spec }: Golden): ModelSpec {
  if (spec.head !== 'none') return spec;
  return { ...spec, head: 'lm', finalNorm: false, tied: true, dVocab: spec.nEmbeddings };
}

/** Sites with a gradient. */
export const continuousSites = (spec: ModelSpec): Site[] => listSites(spec).filter(isContinuous);

interface SeedOfMetric {
  readonly seed: Seed;
  readonly value: (of: RowMetric) => number;
  /** Of the numbers from which a value is made. Default: the value's own. */
  readonly size?: (value: number) => number;
}

/** Logit of token 1 less that of token 0. */
export const differenceSeed = (row: number): Seed => ({
  mean: [
    {
      row,
      of: 'logits',
      weights: [
        [1, 1],
        [0, -1],
      ],
    },
  ],
});

/** Seeds, each also as a function of a run's metric. */
function seedsOf(spec: ModelSpec, row: number) {
  const logProbs = [...logSoftmax(standardNormals(7, spec.dVocab))];
  const metric: MetricRow = { row, answer: 1, distractor: 0, kl: { kind: 'given', logProbs } };
  const of: Readonly<Record<string, SeedOfMetric>> = {
    difference: {
      seed: differenceSeed(row),
      value: ({ answer, distractor }) => answer - distractor,
    },
    logProb: {
      seed: { mean: [{ row, of: 'logProb', token: 1 }] },
      value: ({ answer, logSumExp }) => answer - logSumExp,
    },
    prob: {
      seed: { mean: [{ row, of: 'prob', token: 1 }] },
      value: ({ answer, logSumExp }) => Math.exp(answer - logSumExp),
    },
    kl: {
      seed: { mean: [{ row, of: 'kl', logProbs }] },
      value: ({ kl }) => kl!,
      // A cross-entropy less an entropy.
      size: (kl) => kl + Math.log(spec.dVocab),
    },
  };
  return { metric, of };
}

/** One of every choice of `ModelSpec`; the long tier has the other checkpoints. */
export const REPRESENTATIVES: readonly string[] = [
  ...['tiny-a', 'tiny-bert', 'tiny-distilbert-classifier', 'tiny-gemma2', 'tiny-gpt_oss', 'tiny-granite'],
  ...[
    'tiny-olmo',
    'tiny-olmo2',
    'tiny-phi3-longrope',
    'tiny-planted',
    'tiny-qwen3',
    'tiny-stablelm-parallel',
  ],
];

/** Reports, and fails if a site of the unedited or of the edited run is wrong. */
export async function expectDifferences(
  name: string,
  read: ReadFile,
  report: (line: string) => void,
): Promise<void> {
  const golden = await loadGolden(name, read);
  const model: Model = { spec: withLogits(golden), weight: (of) => golden.weights.get(of)! };
  const { spec } = model;
  const tokens = [...golden.cases.values()].find(({ length }) => length >= 5)!.slice(0, 7);
  const tables: Readonly<Record<string, (tokens: readonly number[]) => Run[]>> = {
    unedited: (prompt) => [{ id: 'edited', tokens: prompt }],
    edited: (prompt) => everyTable(spec, prompt),
  };
  for (const [what, runsOf] of Object.entries(tables)) {
    const { errors, kinked, copies } = await compare(model, await smoothest(model, tokens, runsOf));
    const worst = errors.reduce((most, one) => (one.error > most.error ? one : most));
    report(
      `${name}, ${what}: ${errors.length} differences, skipped ${kinked} sites before a kink and ${copies} copies, ` +
        `largest error ${worst.error.toExponential(1)} at ${worst.at.split(':')[0]}`,
    );
    expect(worst.error, worst.at).toBeLessThan(BAR);
  }
}

const shownAt = (sites: readonly Site[]) => sites.map(({ name: site }) => ({ site }));

/** The runs of the prompt that has the fewest sites before a kink, of a few. */
async function smoothest(
  model: Model,
  tokens: readonly number[],
  runsOf: (tokens: readonly number[]) => Run[],
): Promise<{ readonly runs: Run[]; readonly kink: number }> {
  const sites = continuousSites(model.spec);
  let best: { runs: Run[]; kink: number } | null = null;
  for (const by of range(0, 5)) {
    const runs = runsOf([...tokens.slice(by), ...tokens.slice(0, by)]);
    const seen: Run = { id: 'seen', base: 'edited', captures: shownAt(sites) };
    const found = await createReferenceForward(
      model.spec,
      model.weight,
    )({ runs: [...runs, seen], reuse: 'naive' });
    const kink = lastKink(model, sites, found.runs.seen!.captures, 10 * STEP);
    if (best === null || kink < best.kink) best = { runs, kink };
    if (kink < 0) break;
  }
  return best!;
}

async function compare({ spec, weight }: Model, { runs, kink }: Awaited<ReturnType<typeof smoothest>>) {
  const forward = createReferenceForward(spec, weight);
  const edited = runs.at(-1)!;
  const T = edited.tokens!.length;
  const { metric, of } = seedsOf(spec, T - 1);
  const sites = continuousSites(spec);
  const seeded = Object.entries(of).map(([id, { seed }]): Run => {
    return { id, base: 'edited', gradients: { seed, of: shownAt(sites) } };
  });
  const { runs: found } = await forward({ runs: [...runs, ...seeded], reuse: 'naive' });
  const gradient = (id: string, site: Site): Float32Array => found[id]!.gradients![site.name]!.data;
  const smooth = sites.slice(kink + 1).filter((site) => !isDiscontinuous(edited, spec, site));
  const moves = new Map(smooth.map((site) => [site, movesOf(gradient('difference', site))]));
  const moving = smooth.flatMap((site) =>
    moves.get(site)!.flatMap((move, i) => movedRuns({ spec, T, metric }, site, move, `${site.name} ${i}`)),
  );
  const { runs: moved } = await forward({ runs: [...runs, ...moving], reuse: 'naive' });
  const errors = smooth.flatMap((site) =>
    Object.entries(of).flatMap(([id, { value, size = Math.abs }]) => {
      const g = gradient(id, site);
      return moves.get(site)!.map((move, i) => {
        const [up, down] = ['+', '-'].map((sign) => value(moved[`${site.name} ${i}${sign}`]!.metric!));
        const want = (up! - down!) / (2 * STEP);
        const got = move.reduce((sum, x, c) => sum + x * g[c]!, 0);
        const largest =
          i === 0 ? Math.sqrt(g.reduce((sum, x) => sum + x * x, 0) / g.length) : maxOf(g.map(Math.abs));
        const error = Math.abs(want - got) / Math.max(largest, LEAST * size(up!));
        return {
          error,
          at: `${site.name} ${i}, ${id}: got ${got}, central differences ${want}, of ${largest}`,
        };
      });
    }),
  );
  return { errors, kinked: kink + 1, copies: sites.length - kink - 1 - smooth.length };
}

/** All entries, a step in all; then the entry of the largest gradient alone. */
function movesOf(g: Float32Array): Float64Array[] {
  const random = standardNormals(11, g.length);
  const share = 1 / Math.sqrt(g.length);
  const largest = g.reduce((most, x, i) => (Math.abs(x) > Math.abs(g[most]!) ? i : most), 0);
  return [
    Float64Array.from(g, (_, i) => (random[i]! > 0 ? share : -share)),
    Float64Array.from(g, (_, i) => (i === largest ? 1 : 0)),
  ];
}

/** The run with a site moved by a step, either way; `move` in the site's public shape. */
function movedRuns(
  { spec, T, metric }: { readonly spec: ModelSpec; readonly T: number; readonly metric: MetricRow },
  site: Site,
  move: Float64Array,
  id: string,
): Run[] {
  const values = new Array<number>(move.length);
  const { heads, perHead } = rowLayout(spec, site, T);
  for (const [i, x] of move.entries()) {
    // Scores and pattern come heads first; an edit's values come positions first.
    const [h, t] = [Math.floor(i / (T * perHead)), Math.floor(i / perHead) % T];
    values[site.axes.includes('S') ? (t * heads + h) * perHead + (i % perHead) : i] = x;
  }
  return [1, -1].map((sign): Run => {
    const source = { kind: 'vector', values } as const;
    const edit = { site: site.name, rows: range(0, T), op: 'add', alpha: sign * STEP, source } as const;
    return { id: id + (sign > 0 ? '+' : '-'), base: 'edited', edits: [edit], metric };
  });
}

/** A copy gets another norm when it is written: not the one that an edit has changed. */
function isDiscontinuous({ edits = [] }: Run, { placement }: ModelSpec, { name, kind }: Site): boolean {
  if (!/^hook_(attn_in|[qkv]_input)$/.test(kind) || (placement !== 'pre' && placement !== 'sandwich'))
    return false;
  const block = name.slice(0, -kind.length);
  return edits.some(({ site }) => site.startsWith(`${block}ln1.`));
}
