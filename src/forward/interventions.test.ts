/** Exact guarantees of masks, rewrites and other interventions, on the float64 reference. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { standardNormals } from '../util/random';
import { createReferenceForward } from './reference/forward';
import { subspaceEdits } from './request/subspace';
import { type Golden, type ReadFile, loadGolden } from './testing';
import type { Edit, Mask, Rewrite, Run } from './request/types';
import type { Tensor } from './request/contract';

const read: ReadFile = async (path) => new Uint8Array(await readFile(path)).buffer;

/** One model with a key-value head per query head, one with grouped heads. */
const models = ['tiny-a', 'tiny-llama'];
const tokens = [7, 3, 11, 5, 9, 2, 14, 6];
const other = [7, 3, 12, 5, 9, 2, 14, 6];
const T = tokens.length;
const every = tokens.map((_, t) => t);
const LOGITS = 'unembed.hook_out';
const pattern = (layer: number) => `blocks.${layer}.attn.hook_pattern`;

const vector = (seed: number, size: number): number[] => [...standardNormals(seed, size)];

async function run(
  golden: Golden,
  tables: Pick<Run, 'edits' | 'masks' | 'rewrites'>,
  sites: readonly string[] = [LOGITS],
): Promise<Readonly<Record<string, Tensor>>> {
  const forward = createReferenceForward(golden.spec, (name) => golden.weights.get(name)!);
  const captures = sites.map((site) => ({ site }));
  const { runs } = await forward({
    runs: [
      { id: 'base', tokens },
      { id: 'other', tokens: other },
      { id: 'x', base: 'base', ...tables, captures },
    ],
    reuse: 'naive',
  });
  return runs.x!.captures;
}

const logits = async (
  golden: Golden,
  tables: Pick<Run, 'edits' | 'masks' | 'rewrites'>,
): Promise<number[]> => [...(await run(golden, tables))[LOGITS]!.data];

/** Row t of head h of a pattern [H, T, S]. */
const row = ({ data }: Tensor, h: number, t: number): number[] => [
  ...data.subarray((h * T + t) * T, (h * T + t + 1) * T),
];
const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe.each(models)('masks of %s', (name) => {
  it('give masked keys probability exactly 0, and the others what is left', async () => {
    const golden = await loadGolden(name, read);
    const sites = [pattern(0), 'blocks.0.attn.hook_attn_scores'];
    const before = (await run(golden, {}, sites))[pattern(0)]!;
    const keys = [0, 2, 3];
    const queries = [5, 7];
    const after = await run(golden, { masks: [{ layer: 0, queries, keys }] }, sites);
    for (let h = 0; h < golden.spec.nHeads; h++) {
      for (const t of every) {
        const [a, b] = [row(before, h, t), row(after[pattern(0)]!, h, t)];
        if (!queries.includes(t)) {
          expect(b).toEqual(a);
          continue;
        }
        const left = total(a.filter((_, s) => !keys.includes(s)));
        for (const s of every) {
          if (keys.includes(s) || s > t) expect(b[s]).toBe(0);
          else expect(b[s]).toBeCloseTo(a[s]! / left, 6);
        }
        expect(total(b)).toBeCloseTo(1, 6);
        for (const s of keys) expect(row(after[sites[1]!]!, h, t)[s]).toBe(Math.fround(-1e30));
      }
    }
  });

  it('of one head leave the other heads their bits', async () => {
    const golden = await loadGolden(name, read);
    const before = (await run(golden, {}, [pattern(0)]))[pattern(0)]!;
    const masks: Mask[] = [{ layer: 0, head: 1, queries: every.slice(2), keys: [1] }];
    const after = (await run(golden, { masks }, [pattern(0)]))[pattern(0)]!;
    for (let h = 0; h < golden.spec.nHeads; h++) {
      const isSame = every.every((t) => row(after, h, t).join() === row(before, h, t).join());
      expect(isSame, `head ${h}`).toBe(h !== 1);
    }
  });

  it('leave every token before the first masked query its bits', async () => {
    const golden = await loadGolden(name, read);
    const key = 3;
    const masks = Array.from(
      { length: golden.spec.nLayers },
      (_, layer): Mask => ({ layer, queries: every.filter((t) => t > key), keys: [key] }),
    );
    const [before, after] = [await logits(golden, {}), await logits(golden, { masks })];
    const V = golden.spec.dVocab;
    expect(after.slice(0, (key + 1) * V)).toEqual(before.slice(0, (key + 1) * V));
    expect(after.slice((key + 1) * V)).not.toEqual(before.slice((key + 1) * V));
  });

  it("'allow' lets early tokens depend on later ones, which a causal mask never does", async () => {
    const golden = await loadGolden(name, read);
    const masks = [{ layer: 0, queries: [0, 1, 2, 3], keys: [0, 1, 2, 3], op: 'allow' }] as const;
    const after = (await run(golden, { masks }, [pattern(0), LOGITS]))[pattern(0)]!;
    for (const t of [0, 1, 2, 3]) {
      const a = row(after, 0, t);
      expect(total(a)).toBeCloseTo(1, 6);
      for (const s of every) expect(a[s]! > 0).toBe(s < 4);
    }
    const first = (values: number[]) => values.slice(0, golden.spec.dVocab);
    // Changes token 2: row 0 of the logits does not see it, unless the mask allows it.
    const edits: Edit[] = [
      { site: 'hook_embed', rows: [2], op: 'set', source: { kind: 'run', run: 'other' } },
    ];
    expect(first(await logits(golden, { edits }))).toEqual(first(await logits(golden, {})));
    expect(first(await logits(golden, { edits, masks }))).not.toEqual(first(await logits(golden, { masks })));
  });

  it("'allow' everywhere is one pattern for all queries' keys: no row before any other is special", async () => {
    const golden = await loadGolden(name, read);
    const masks = [{ layer: 0, queries: every, keys: every, op: 'allow' }] as const;
    const open = (await run(golden, { masks }, [pattern(0)]))[pattern(0)]!;
    const closed = (await run(golden, {}, [pattern(0)]))[pattern(0)]!;
    // The last query already saw everything.
    expect(row(open, 0, T - 1)).toEqual(row(closed, 0, T - 1));
    expect(row(open, 0, 0).every((p) => p > 0)).toBe(true);
  });
});

describe.each(models)('rewrites of %s', (name) => {
  const rewritten = async (
    golden: Golden,
    rewrite: Omit<Rewrite, 'layer' | 'queries'>,
    masks: Mask[] = [],
  ) => {
    const rewrites = [{ layer: 0, queries: every, ...rewrite }];
    return (await run(golden, { masks, rewrites }, [pattern(0)]))[pattern(0)]!;
  };

  it.each(['uniform', 'reversed', 'shuffled', 'random'] as const)(
    '%s rows sum to 1 and obey the causal mask and the table of masks',
    async (kind) => {
      const golden = await loadGolden(name, read);
      const seed = kind === 'shuffled' || kind === 'random' ? { seed: 4 } : {};
      const masks: Mask[] = [{ layer: 0, queries: [4, 6, 7], keys: [1, 3] }];
      const before = (await run(golden, { masks }, [pattern(0)]))[pattern(0)]!;
      const after = await rewritten(golden, { kind, ...seed }, masks);
      for (let h = 0; h < golden.spec.nHeads; h++) {
        for (const t of every) {
          const [a, b] = [row(before, h, t), row(after, h, t)];
          const seen = every.filter((s) => s <= t && !([4, 6, 7].includes(t) && (s === 1 || s === 3)));
          for (const s of every) if (!seen.includes(s)) expect(b[s]).toBe(0);
          expect(total(b)).toBeCloseTo(1, 6);
          const [old, now] = [seen.map((s) => a[s]!), seen.map((s) => b[s]!)];
          if (kind === 'uniform') for (const p of now) expect(p).toBe(Math.fround(1 / seen.length));
          if (kind === 'shuffled') expect([...now].sort()).toEqual([...old].sort());
          if (kind === 'random') for (const p of now) expect(p).toBeGreaterThan(0);
          if (kind === 'reversed' && seen.length > 1) {
            expect(now[old.indexOf(Math.max(...old))]).toBe(0);
            const order = (values: number[]) =>
              values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);
            expect(order(now)).toEqual(order(old).reverse());
          }
        }
      }
    },
  );

  it('are the same for the same seed, others for another seed, head or query', async () => {
    const golden = await loadGolden(name, read);
    const [a, again, b] = await Promise.all(
      [1, 1, 2].map((seed) => rewritten(golden, { kind: 'random', seed })),
    );
    expect(again).toEqual(a);
    expect(row(b!, 0, 7)).not.toEqual(row(a!, 0, 7));
    expect(row(a!, 1, 7)).not.toEqual(row(a!, 0, 7));
    expect(row(a!, 0, 7)[0]! / row(a!, 0, 7)[1]!).not.toBeCloseTo(row(a!, 0, 6)[0]! / row(a!, 0, 6)[1]!, 5);
  });
});

describe.each(models)('edits of %s', (name) => {
  const site = 'blocks.0.hook_resid_post';
  const rows = [2, 5];
  const components = ({ data }: Tensor, t: number, d: readonly number[]): number => {
    const D = d.length;
    return total(d.map((v, c) => v * data[t * D + c]!));
  };

  it('clamp: nothing is outside the range, and what was inside keeps its bits', async () => {
    const golden = await loadGolden(name, read);
    const before = (await run(golden, {}, [site]))[site]!.data;
    const edits: Edit[] = [{ site, rows: every, op: 'clamp', range: [-0.2, 0.3] }];
    const after = (await run(golden, { edits }, [site]))[site]!.data;
    expect(before.some((x) => x > 0.3) && before.some((x) => x < -0.2)).toBe(true);
    for (const [i, x] of after.entries())
      expect(x).toBe(Math.fround(Math.min(Math.max(before[i]!, -0.2), 0.3)));
  });

  it('set_along: along the direction the other run, orthogonal to it this one', async () => {
    const golden = await loadGolden(name, read);
    const D = golden.spec.dModel;
    const [d, e] = [vector(1, D), vector(2, D)];
    const along = total(d.map((v, c) => v * e[c]!)) / total(d.map((v) => v * v));
    const orthogonal = e.map((v, c) => v - along * d[c]!);
    const source = { kind: 'run', run: 'other' } as const;
    const edits: Edit[] = [{ site, rows, op: 'set_along', direction: d, source }];
    const base = (await run(golden, {}, [site]))[site]!;
    const copied = (await run(golden, { edits: [{ site, rows, op: 'set', source }] }, [site]))[site]!;
    const after = (await run(golden, { edits }, [site]))[site]!;
    for (const t of rows) {
      expect(components(after, t, d)).toBeCloseTo(components(copied, t, d), 5);
      expect(components(after, t, orthogonal)).toBeCloseTo(components(base, t, orthogonal), 5);
    }
    expect(components(after, 2, d)).not.toBeCloseTo(components(base, 2, d), 3);
  });

  it('set_along a whole basis is set; projecting it out leaves nothing', async () => {
    const golden = await loadGolden(name, read);
    const D = golden.spec.dModel;
    const basis = Array.from({ length: D }, (_, i) => Array.from({ length: D }, (_, c) => (c === i ? 2 : 0)));
    const source = { kind: 'run', run: 'other' } as const;
    const set = await run(golden, { edits: [{ site, rows, op: 'set', source }] }, [site]);
    const edits = subspaceEdits({ site, rows }, basis, source);
    const [ours, theirs] = [(await run(golden, { edits }, [site]))[site]!.data, set[site]!.data];
    for (const [i, x] of ours.entries()) expect(x).toBeCloseTo(theirs[i]!, 6);
    const none = await run(golden, { edits: subspaceEdits({ site, rows }, basis) }, [site]);
    for (const t of rows)
      expect([...none[site]!.data.subarray(t * D, (t + 1) * D)].every((x) => x === 0)).toBe(true);
  });

  it('of strength zero, empty tables and permissions for what is seen anyway keep every bit', async () => {
    const golden = await loadGolden(name, read);
    const D = golden.spec.dModel;
    const source = { kind: 'vector', values: vector(3, D) } as const;
    const nothing: Pick<Run, 'edits' | 'masks' | 'rewrites'>[] = [
      { edits: [], masks: [], rewrites: [] },
      { edits: [{ site, rows, op: 'add', alpha: 0, source }] },
      { edits: [{ site, rows, op: 'lerp', alpha: 0, source }] },
      { edits: [{ site, rows, op: 'scale', alpha: 1 }] },
      { edits: [{ site, rows, op: 'clamp', range: [-1e6, 1e6] }] },
      { edits: [{ site, rows, op: 'set', source: { kind: 'run', run: 'base' } }] },
      {
        edits: [
          { site, rows, op: 'set_along', direction: vector(3, D), source: { kind: 'run', run: 'base' } },
        ],
      },
      { masks: [{ layer: 0, queries: every, keys: every, value: 0 }] },
      { masks: [{ layer: 1, queries: [4, 5], keys: [6, 7] }] },
      { masks: [{ layer: 1, queries: [6, 7], keys: [0, 3], op: 'allow' }] },
    ];
    const before = await logits(golden, {});
    for (const tables of nothing)
      expect(await logits(golden, tables), JSON.stringify(tables)).toEqual(before);
  });
});

describe('a basis', () => {
  it('must be orthogonal, with no zero vector', () => {
    const place = { site: 'hook_embed', rows: [0] };
    expect(() =>
      subspaceEdits(place, [
        [1, 0],
        [1, 1],
      ]),
    ).toThrow(
      'subspace: vectors 0 and 1 are not orthogonal, got a cosine of 0.707, expected 0. Orthogonalise the basis first.',
    );
    expect(() => subspaceEdits(place, [[0, 0]])).toThrow(
      'got 2 numbers of length 0, expected 2 that are not all 0.',
    );
    expect(() => subspaceEdits(place, [])).toThrow('no vectors');
    expect(
      subspaceEdits(place, [
        [1, 1],
        [1, -1],
      ]),
    ).toHaveLength(2);
  });
});
