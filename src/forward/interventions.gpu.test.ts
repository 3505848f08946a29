/** Exact guarantees of masks, rewrites and other interventions, bit by bit on the GPU. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import { memoryWeights } from '../load/testing/memoryWeights';
import { uploadWeights } from '../weights/upload';
import { compareTensors } from './reference/compare';
import { planForward } from './plan/plan';
import { createReferenceForward } from './reference/forward';
import { executePlan } from './gpu/run';
import {
  type Golden,
  type ReadFile,
  deadAndLiveRuns,
  loadGolden,
  loadInterventions,
  mixedLengths,
} from './testing';
import type { Edit, Mask, RewriteKind, Run } from './request/types';
import type { RunForward } from './request/contract';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

/** Largest allowed error of a tensor, relative to its largest value. */
const BAR = 2e-5;

const tokens = [7, 3, 11, 5, 9, 2, 14, 6];
const every = tokens.map((_, t) => t);
const metric = { row: 7, answer: 5, distractor: 9 };
const LOGITS = 'unembed.hook_out';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

async function onGpu(golden: Golden): Promise<RunForward> {
  const weights = memoryWeights(golden.slots, golden.weights);
  const { buffers } = await uploadWeights(gpu, golden.spec, weights, 'f32');
  const { maxBindingBytes } = gpu.limits;
  return (request) =>
    executePlan(planForward(golden.spec, request, { maxBindingBytes }), {
      gpu,
      weights: buffers,
      budgetFlops: 1e9,
    });
}

describe.each(['tiny-a', 'tiny-llama', 'tiny-gemma2'])('interventions on %s', (name) => {
  it('of strength zero, empty tables and permissions for what is seen anyway keep every bit', async () => {
    const golden = await loadGolden(name, read);
    const forward = await onGpu(golden);
    const site = 'blocks.0.hook_resid_post';
    const rows = [2, 5];
    const values = Array.from({ length: golden.spec.dModel }, (_, c) => Math.sin(c));
    const source = { kind: 'vector', values } as const;
    const base = { kind: 'run', run: 'base' } as const;
    const nothing: Pick<Run, 'edits' | 'masks' | 'rewrites'>[] = [
      { edits: [], masks: [], rewrites: [] },
      { edits: [{ site, rows, op: 'add', alpha: 0, source }] },
      { edits: [{ site, rows, op: 'lerp', alpha: 0, source }] },
      { edits: [{ site, rows, op: 'scale', alpha: 1 }] },
      { edits: [{ site, rows, op: 'clamp', range: [-1e6, 1e6] }] },
      { edits: [{ site, rows, op: 'set', source: base }] },
      { edits: [{ site, rows, op: 'set_along', direction: values, source: base }] },
      { masks: [{ layer: 0, queries: every, keys: every, value: 0 }] },
      { masks: [{ layer: 1, queries: [4, 5], keys: [6, 7] }] },
      { masks: [{ layer: 1, queries: [6, 7], keys: [5, 6], op: 'allow' }] },
    ];
    const runs: Run[] = [
      { id: 'base', tokens, metric, captures: [{ site: LOGITS }] },
      ...nothing.map(
        (tables, i): Run => ({ id: `${i}`, base: 'base', ...tables, captures: [{ site: LOGITS }], metric }),
      ),
      ...nothing.map((tables, i): Run => ({ id: `reused ${i}`, base: 'base', ...tables, metric })),
    ];
    for (const reuse of ['naive', 'wavefront', 'forced'] as const) {
      const results = (await forward({ runs, reuse })).runs;
      for (const [i, tables] of nothing.entries()) {
        const what = `${reuse} ${JSON.stringify(tables)}`;
        expect(results[`${i}`]!.captures[LOGITS], what).toEqual(results.base!.captures[LOGITS]);
        expect(results[`reused ${i}`]!.metric, what).toEqual(results.base!.metric);
      }
    }
  });

  it('masked keys get exactly 0, and tokens before the first masked query keep their bits', async () => {
    const golden = await loadGolden(name, read);
    const forward = await onGpu(golden);
    const { nHeads: H, nLayers, dVocab: V } = golden.spec;
    const key = 3;
    const queries = every.filter((t) => t > key);
    const masks = Array.from({ length: nLayers }, (_, layer): Mask => ({ layer, queries, keys: [key] }));
    const pattern = 'blocks.1.attn.hook_pattern';
    const captures = [{ site: LOGITS }, { site: pattern }];
    const runs: Run[] = [
      { id: 'base', tokens, captures },
      { id: 'masked', base: 'base', masks, captures },
    ];
    const results = (await forward({ runs, reuse: 'wavefront' })).runs;
    const [before, after] = [results.base!.captures[LOGITS]!.data, results.masked!.captures[LOGITS]!.data];
    expect(after.subarray(0, (key + 1) * V)).toEqual(before.subarray(0, (key + 1) * V));
    expect(after.subarray((key + 1) * V)).not.toEqual(before.subarray((key + 1) * V));
    const T = tokens.length;
    const { data } = results.masked!.captures[pattern]!;
    for (let h = 0; h < H; h++) {
      for (const t of queries) {
        const row = data.subarray((h * T + t) * T, (h * T + t + 1) * T);
        expect(row[key]).toBe(0);
        expect(Math.abs(row.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-6);
      }
    }
  });

  it('random rewrites have the numbers of the reference, over the keys that are seen', async () => {
    const golden = await loadGolden(name, read);
    const [forward, reference] = [
      await onGpu(golden),
      createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!),
    ];
    const site = 'blocks.0.attn.hook_pattern';
    const kinds: RewriteKind[] = ['shuffled', 'random'];
    const runs: Run[] = [
      { id: 'base', tokens },
      ...kinds.map(
        (kind): Run => ({
          id: kind,
          base: 'base',
          masks: [{ layer: 0, queries: [5, 7], keys: [4, 5] }],
          rewrites: [{ layer: 0, queries: every.slice(1), kind, seed: 12345 }],
          captures: [{ site }, { site: LOGITS }],
          metric,
        }),
      ),
    ];
    const [ours, theirs] = [
      await forward({ runs, reuse: 'wavefront' }),
      await reference({ runs, reuse: 'naive' }),
    ];
    for (const kind of kinds) {
      for (const at of [site, LOGITS]) {
        const [a, b] = [ours.runs[kind]!.captures[at]!, theirs.runs[kind]!.captures[at]!];
        const { relative } = compareTensors(a.data, b.data);
        expect(relative, `${kind} ${at}`).toBeLessThan(BAR);
        if (at === site) for (const [i, p] of a.data.entries()) if (b.data[i] === 0) expect(p).toBe(0);
      }
    }
  });

  it('from scratch and reusing the base are the same bits', async () => {
    const golden = await loadGolden(name, read);
    const forward = await onGpu(golden);
    let compared = 0;
    for (const { name: title, runs } of await loadInterventions(name, read)) {
      const edited = runs.at(-1)!;
      const perRow = runs[0]!.tokens!.map(
        (_, row): Run => ({ ...edited, id: `${row}`, captures: [], metric: { ...metric, row } }),
      );
      const request = [...runs.slice(0, -1), ...perRow];
      const naive = (await forward({ runs: request, reuse: 'naive' })).runs;
      const reused = (await forward({ runs: request, reuse: 'wavefront' })).runs;
      for (const { id } of perRow) {
        expect(reused[id]!.metric, `${title} ${id}`).toEqual(naive[id]!.metric);
        compared++;
      }
    }
    console.info(`${name}: ${compared} logits rows from scratch and reused, bit for bit`);
  });
});

describe('a run that changed nothing', () => {
  it.each(['naive', 'wavefront', 'forced'] as const)('says so: %s', async (reuse) => {
    const forward = await onGpu(await loadGolden('tiny-a', read));
    const { runs, expected } = deadAndLiveRuns();
    const results = (await forward({ runs, reuse })).runs;
    expect(Object.fromEntries(runs.map(({ id }) => [id, results[id]!.unchanged]))).toEqual(expected);
  });
});

describe.each(['tiny-a', 'tiny-llama', 'tiny-gemma2'])('prompts of different lengths on %s', (name) => {
  it('share sweeps, and keep the bits that each has alone', async () => {
    const golden = await loadGolden(name, read);
    const { maxBindingBytes } = gpu.limits;
    const forward = await onGpu(golden);
    const runs = mixedLengths();
    const plan = planForward(golden.spec, { runs, reuse: 'wavefront' }, { maxBindingBytes });
    // From scratch, from scratch with sources, and reusing a base; the callback's runs by length.
    expect(plan.sweeps.length).toBeLessThanOrEqual(7);
    const [shared, alone] = [
      (await forward({ runs, reuse: 'wavefront' })).runs,
      (await forward({ runs, reuse: 'naive' })).runs,
    ];
    for (const { id } of runs) {
      expect(shared[id]!.metric, id).toEqual(alone[id]!.metric);
      expect(shared[id]!.captures, id).toEqual(alone[id]!.captures);
    }
  });
});

describe.each(['tiny-a', 'tiny-llama'])('a WGSL snippet on %s', (name) => {
  const HEAD = 'fn edit(x: f32, row: u32, col: u32) -> f32';
  const all = { site: 'blocks.0.hook_resid_post', rows: every } as const;
  const of = (id: string, edits: readonly Edit[]): Run => ({ id, base: 'base', edits, metric });

  it('does what the same edit does, in every kind of pass', async () => {
    const golden = await loadGolden(name, read);
    const forward = await onGpu(golden);
    const last = golden.spec.dHead - 1;
    const pairs: Record<string, [Edit, Edit]> = {
      scale: [
        { ...all, op: 'snippet', code: `${HEAD} { return -0.5 * x; }` },
        { ...all, op: 'scale', alpha: -0.5 },
      ],
      'row and column': [
        {
          ...all,
          op: 'snippet',
          code: `${HEAD} { if (row == 3u && col >= 2u && col < 7u) { return 1.5; } return x; }`,
        },
        { ...all, rows: [3], columns: [2, 7], op: 'set', source: { kind: 'constant', value: 1.5 } },
      ],
      'heads side by side': [
        {
          site: 'blocks.1.attn.hook_z',
          rows: [7],
          op: 'snippet',
          code: `const K = ${golden.spec.dHead}u;\n${HEAD} { return select(x, 0.0, col / K == 1u && col % K == ${last}u); }`,
        },
        {
          site: 'blocks.1.attn.hook_z',
          rows: [7],
          head: 1,
          columns: [last, last + 1],
          op: 'set',
          source: { kind: 'constant', value: 0 },
        },
      ],
      'query and key': [
        {
          site: 'blocks.1.attn.hook_pattern',
          rows: [5, 7],
          head: 1,
          op: 'snippet',
          code: `${HEAD} { return select(x, 0.0, row == 7u && col % 8u == 2u); }`,
        },
        { site: 'blocks.1.attn.hook_pattern', rows: [7], head: 1, columns: [2, 3], op: 'scale', alpha: 0 },
      ],
    };
    const runs: Run[] = [
      { id: 'base', tokens, metric },
      ...Object.entries(pairs).flatMap(([id, [ours, theirs]]) => [
        of(`${id}, snippet`, [ours]),
        of(`${id}, edit`, [theirs]),
      ]),
      of('nothing', [{ ...all, op: 'snippet', code: `${HEAD} { return x; }` }]),
    ];
    for (const reuse of ['naive', 'wavefront'] as const) {
      const results = (await forward({ runs, reuse })).runs;
      for (const id of Object.keys(pairs)) {
        expect(results[`${id}, snippet`]!.metric, id).toEqual(results[`${id}, edit`]!.metric);
        expect(results[`${id}, snippet`]!.metric, id).not.toEqual(results.base!.metric);
      }
      expect(results.nothing!.unchanged).toBe('measured');
    }
  });

  it('that does not compile says where', async () => {
    const forward = await onGpu(await loadGolden(name, read));
    const code = `// a comment\n${HEAD} {\n  return x * unheard_of;\n}`;
    const runs = [{ id: 'base', tokens, metric }, of('wrong', [{ ...all, op: 'snippet', code }])];
    const failed = forward({ runs, reuse: 'wavefront' });
    await expect(failed).rejects.toThrow(
      /^gpu: snippet, line 3, column 14: unresolved value 'unheard_of'[.] Correct the snippet[.]$/,
    );
    const right = await forward({ runs: runs.slice(0, 1), reuse: 'wavefront' });
    expect(right.runs.base!.metric).toBeDefined();
  });
});
