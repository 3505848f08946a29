/** What must hold of gradients whatever the weights are. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { listSites } from '../../../model/sites';
import type { ModelSpec } from '../../../model/spec';
import { maxOf } from '../../../util/lists';
import { standardNormals } from '../../../util/random';
import { range } from '../../../util/range';
import type { Edit, Run } from '../../request/types';
import type { Frozen, LogitScalar, Seed } from '../../request/seeds';
import { continuousSites } from '../../testing/differences';
import { loadGolden, type ReadFile } from '../../testing';
import { createReferenceForward } from '../forward';

const read: ReadFile = async (path) => new Uint8Array(await readFile(path)).buffer;
const tokens = [7, 3, 11, 5, 9, 2];
const T = tokens.length;
const every = range(0, T);
const row = T - 1;
const difference = (weight = 1): LogitScalar => ({
  row,
  of: 'logits',
  weights: [
    [5, weight],
    [9, -weight],
  ],
});

interface Asked {
  readonly seed: Seed;
  readonly edits?: readonly Edit[];
  readonly frozen?: readonly Frozen[];
}

async function gradientsOf(name: string, asked: Readonly<Record<string, Asked>>) {
  const { spec, weights } = await loadGolden(name, read);
  const forward = createReferenceForward(spec, (weight) => weights.get(weight)!);
  const of = continuousSites(spec).map((site) => ({ site: site.name }));
  const runs = Object.entries(asked).map(([id, { seed, edits = [], frozen = [] }]): Run => {
    return { id, base: 'base', edits, gradients: { seed, of, frozen } };
  });
  const found = await forward({ runs: [{ id: 'base', tokens }, ...runs], reuse: 'naive' });
  const of_ = (id: string, site: string) => found.runs[id]!.gradients![site]!.data;
  return { spec, forward, gradient: of_, sites: of.map(({ site }) => site) };
}

/** |a - b| over the largest |b|. */
function distance(a: Float32Array, b: Float32Array): number {
  const largest = maxOf(b.map(Math.abs), 1e-30);
  return maxOf(a.map((x, i) => Math.abs(x - b[i]!))) / largest;
}

const plus = (...all: readonly Float32Array[]): Float32Array =>
  all[0]!.map((_, i) => all.reduce((sum, one) => sum + one[i]!, 0));

/** [T, heads, D] -> [T, D]. */
function overHeads(g: Float32Array, D: number): Float32Array {
  const out = new Float32Array(T * D);
  const heads = g.length / out.length;
  for (const [i, x] of g.entries()) out[Math.floor(i / (heads * D)) * D + (i % D)]! += x;
  return out;
}

describe.each(['tiny-a', 'tiny-gemma2', 'tiny-bert', 'tiny-gpt_oss'])('gradients of %s', (name) => {
  it('scale with the metric, and a mean has the mean of its gradients', async () => {
    const other: LogitScalar = { row: 2, of: 'logProb', token: 4 };
    const { gradient, sites } = await gradientsOf(name, {
      once: { seed: { mean: [difference()] } },
      fourfold: { seed: { mean: [difference(4)] } },
      other: { seed: { mean: [other] } },
      both: { seed: { mean: [difference(), other] } },
    });
    for (const site of sites) {
      expect(gradient('fourfold', site)).toEqual(gradient('once', site).map((x) => 4 * x));
      const mean = plus(gradient('once', site), gradient('other', site)).map((x) => x / 2);
      expect(distance(gradient('both', site), mean), site).toBeLessThan(1e-6);
    }
  });

  it('at the stream, given back as a cotangent, have the same gradients before it', async () => {
    const middle = 'blocks.1.hook_resid_pre';
    const seed: Seed = { mean: [difference()] };
    const first = await gradientsOf(name, { whole: { seed } });
    const values = [...first.gradient('whole', middle)];
    const { gradient, sites } = await gradientsOf(name, { back: { seed: { site: middle, values } } });
    const at = sites.indexOf(middle);
    for (const site of sites.slice(0, at + 1))
      expect(distance(gradient('back', site), first.gradient('whole', site)), site).toBeLessThan(1e-6);
    // Nothing later is upstream of it.
    for (const site of sites.slice(at + 1)) expect(maxOf(gradient('back', site).map(Math.abs)), site).toBe(0);
  });

  it('with frozen norms or patterns are those of a run whose scales or patterns are set', async () => {
    const { spec } = await loadGolden(name, read);
    const seed: Seed = { mean: [difference()] };
    const setTo = (part: RegExp): Edit[] =>
      listSites(spec)
        .filter((site) => part.test(site.name))
        .map(({ name: site }) => ({ site, rows: every, op: 'set', source: { kind: 'run', run: 'base' } }));
    const { gradient, sites } = await gradientsOf(name, {
      norm: { seed, frozen: ['norm'] },
      'norm, set': { seed, edits: setTo(/hook_scale$/) },
      pattern: { seed, frozen: ['pattern'] },
      'pattern, set': { seed, edits: setTo(/hook_pattern$/) },
      plain: { seed },
    });
    // A copy's own norm is not the one that is set.
    for (const site of sites.filter((one) => !/hook_(attn_in|[qkv]_input)$/.test(one)))
      expect(distance(gradient('norm', site), gradient('norm, set', site)), site).toBeLessThan(1e-6);
    for (const site of sites)
      expect(distance(gradient('pattern', site), gradient('pattern, set', site)), site).toBeLessThan(1e-6);
    for (const id of ['norm', 'pattern'])
      expect(distance(gradient(id, 'hook_embed'), gradient('plain', 'hook_embed'))).toBeGreaterThan(0.01);
  });

  it('are 0 before an edit that sets a row, at that row', async () => {
    const seed: Seed = { mean: [difference()] };
    const edits: Edit[] = [
      { site: 'hook_embed', rows: [2], op: 'set', source: { kind: 'constant', value: 1 } },
      { site: 'blocks.1.hook_resid_pre', rows: every, op: 'set', source: { kind: 'run', run: 'base' } },
    ];
    const { gradient, sites } = await gradientsOf(name, { edited: { seed, edits }, plain: { seed } });
    const at = sites.indexOf('blocks.1.hook_resid_pre');
    // The values are those of the base, so the gradients behind the edit are the plain ones.
    for (const site of sites.slice(at)) expect(gradient('edited', site)).toEqual(gradient('plain', site));
    for (const site of sites.slice(0, at)) {
      if (site === 'blocks.0.hook_resid_post' || site === 'blocks.0.hook_normalized_resid_post') continue;
      expect(maxOf(gradient('edited', site).map(Math.abs)), site).toBe(0);
    }
  });
});

it('a column of a cotangent is that cotangent by its values; a mean is the mean of its rows', async () => {
  const site = 'blocks.1.hook_resid_post';
  const of = 'blocks.0.hook_resid_post';
  const { spec, weights } = await loadGolden('tiny-a', read);
  const forward = createReferenceForward(spec, (name) => weights.get(name)!);
  const D = spec.dModel;
  const rows = [1, 3];
  const values = rows.flatMap(() => range(0, D).map((c) => Number(c === 7)));
  const asked = (seed: Seed, mean: { mean?: true }) => ({ seed, of: [{ site: of, rows, ...mean }] });
  const { runs } = await forward({
    runs: [
      { id: 'values', tokens, gradients: asked({ site, rows, values }, {}) },
      { id: 'column', tokens, gradients: asked({ site, rows, column: 7 }, {}) },
      { id: 'mean', tokens, samples: [2, 4], gradients: asked({ site, rows, column: 5 }, { mean: true }) },
    ],
    reuse: 'naive',
  });
  const gradient = (id: string) => runs[id]!.gradients![of]!;
  expect(gradient('column')).toEqual(gradient('values'));
  const { data } = gradient('values');
  expect(gradient('mean.2').shape).toEqual([D]);
  for (const c of range(0, D))
    expect(gradient('mean.2').data[c]).toBeCloseTo((data[c]! + data[D + c]!) / 2, 6);
  expect(gradient('mean.3')).not.toEqual(gradient('mean.2'));
  // At its own site the rows of the Jacobian are those of the identity.
  const own = { seed: { site, rows, column: 0 }, of: [{ site, rows, mean: true as const }] };
  const identity = await forward({
    runs: [{ id: 'own', tokens, samples: [0, D], gradients: own }],
    reuse: 'naive',
  });
  for (const s of range(0, D))
    expect([...identity.runs[`own.${s}`]!.gradients![site]!.data]).toEqual(
      range(0, D).map((c) => Number(c === s)),
    );
});

describe.each(['tiny-a', 'tiny-llama', 'tiny-phi', 'tiny-planted-attention'])('receivers of %s', (name) => {
  it('have gradients that add up to the gradient of the stream', async () => {
    const { spec, gradient } = await gradientsOf(name, { run: { seed: { mean: [difference()] } } });
    const D = spec.dModel;
    const receivers = range(0, spec.nLayers).flatMap((l) => [
      ...['q', 'k', 'v'].map((branch) => overHeads(gradient('run', `blocks.${l}.hook_${branch}_input`), D)),
      ...(spec.dMlp > 0 ? [gradient('run', `blocks.${l}.hook_mlp_in`)] : []),
    ]);
    const last = gradient('run', `blocks.${spec.nLayers - 1}.hook_resid_post`);
    expect(distance(plus(last, ...receivers), gradient('run', 'hook_embed'))).toBeLessThan(1e-6);
  });
});

describe('a linear model', () => {
  it('changes by exactly what its gradient says, however large the change', async () => {
    // No norms, no MLPs, and a pattern that does not depend on the stream.
    const name = 'tiny-planted-attention';
    const { spec } = await loadGolden(name, read);
    const fixed = patternsOf(spec);
    const seed: Seed = { mean: [difference()] };
    const { forward, gradient } = await gradientsOf(name, { fixed: { seed, edits: fixed } });
    const metric = { row, answer: 5, distractor: 9 };
    for (const site of [
      'hook_embed',
      'blocks.0.attn.hook_v',
      'blocks.1.attn.hook_z',
      'blocks.2.hook_resid_pre',
    ]) {
      const g = gradient('fixed', site);
      const values = [...standardNormals(3, g.length)].map((x) => 100 * x);
      const change: Edit = { site, rows: every, op: 'add', source: { kind: 'vector', values } };
      const { runs } = await forward({
        runs: [
          { id: 'base', tokens },
          { id: 'before', base: 'base', edits: fixed, metric },
          { id: 'after', base: 'base', edits: [...fixed, change], metric },
        ],
        reuse: 'naive',
      });
      const measured = ['after', 'before'].map(
        (id) => runs[id]!.metric!.answer - runs[id]!.metric!.distractor,
      );
      const estimate = g.reduce((sum, x, i) => sum + x * values[i]!, 0);
      expect(estimate / (measured[0]! - measured[1]!)).toBeCloseTo(1, 6);
    }
  });
});

const patternsOf = (spec: ModelSpec): Edit[] =>
  range(0, spec.nLayers).map((l) => ({
    site: `blocks.${l}.attn.hook_pattern`,
    rows: every,
    op: 'set',
    source: { kind: 'run', run: 'base' },
  }));
