/** Exact guarantees of row-mapped sources, positions and captured heads, on the reference. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createReferenceForward } from './reference/forward';
import { type Golden, type ReadFile, loadGolden } from './testing';
import type { Capture, Edit, Run } from './request/types';
import type { RunResult } from './request/contract';

const read: ReadFile = async (path) => new Uint8Array(await readFile(path)).buffer;

/** Learned positions; and rotary ones: grouped heads, partial rotation, sliding windows. */
const LEARNED = ['tiny-a', 'tiny-opt'];
const ROTARY = ['tiny-llama', 'tiny-gpt_neox', 'tiny-mistral', 'tiny-gemma2'];

const tokens = [7, 3, 11, 5, 9, 2, 14, 6];
const T = tokens.length;
const every = tokens.map((_, t) => t);
const STREAM = 'blocks.0.hook_resid_post';

/** The metric of runs at each position, in float64. */
async function metrics(
  golden: Golden,
  runs: readonly Run[],
): Promise<Record<string, (RunResult['metric'] & object)[]>> {
  const forward = createReferenceForward(golden.spec, (name) => golden.weights.get(name)!);
  const ids = runs.map(({ id }) => id);
  const found: Record<string, (RunResult['metric'] & object)[]> = Object.fromEntries(
    ids.map((id) => [id, []]),
  );
  for (const row of every) {
    const measured = runs.map((run) =>
      run.tokens && run.tokens.length < T ? run : { ...run, metric: { row, answer: 4, distractor: 8 } },
    );
    const { runs: results } = await forward({ runs: measured, reuse: 'naive' });
    for (const id of ids) if (results[id]!.metric) found[id]!.push(results[id]!.metric!);
  }
  return found;
}

const set = (rows: readonly number[], source: Edit['source'], site = STREAM): Edit => ({
  site,
  rows,
  op: 'set',
  source: source!,
});

describe.each(['tiny-a', 'tiny-llama'])('rows from other rows in %s', (name) => {
  it('that are the same rows change nothing', async () => {
    const golden = await loadGolden(name, read);
    const other: Run = { id: 'other', tokens: [...tokens].reverse() };
    const source = { kind: 'run', run: 'other' } as const;
    const found = await metrics(golden, [
      { id: 'base', tokens: tokens },
      { ...other, tokens: other.tokens! },
      { id: 'plain', base: 'base', edits: [set([2, 5], source)] },
      { id: 'rows', base: 'base', edits: [set([2, 5], { ...source, rows: [2, 5] })] },
    ]);
    expect(found.rows).toEqual(found.plain);
    expect(found.rows).not.toEqual(found.base);
  });

  it('swapped in the embedding are the prompt with two tokens swapped', async () => {
    const golden = await loadGolden(name, read);
    const swapped = every.map((t) => tokens[t === 2 ? 5 : t === 5 ? 2 : t]!);
    const source = { kind: 'run', run: 'base', rows: [5, 2] } as const;
    const found = await metrics(golden, [
      { id: 'base', tokens },
      { id: 'swapped', tokens: swapped },
      { id: 'rows', base: 'base', edits: [set([2, 5], source, 'hook_embed')] },
    ]);
    expect(found.rows).toEqual(found.swapped);
  });

  it('of a shorter prompt that begins alike are the rows of the prompt itself', async () => {
    const golden = await loadGolden(name, read);
    const rows = [1, 3];
    const found = await metrics(golden, [
      { id: 'base', tokens },
      { id: 'short', tokens: tokens.slice(0, 4) },
      { id: 'from short', base: 'base', edits: [set([4, 6], { kind: 'run', run: 'short', rows })] },
      { id: 'from itself', base: 'base', edits: [set([4, 6], { kind: 'run', run: 'base', rows })] },
      { id: 'in place', base: 'base', edits: [set([1, 3], { kind: 'run', run: 'short', rows: [1, 3] })] },
    ]);
    expect(found['from short']).toEqual(found['from itself']);
    expect(found['in place']).toEqual(found.base);
    expect(found['from short']).not.toEqual(found.base);
  });

  it('are, by hand, the captured row given as a vector', async () => {
    const golden = await loadGolden(name, read);
    const forward = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
    const [from, last] = ['blocks.1.hook_resid_mid', T - 1];
    const source: Run = { id: 'source', tokens: [2, 9, 4, 1, 8], captures: [{ site: from, rows: [3] }] };
    const captures = [{ site: 'unembed.hook_out', rows: [last] }];
    const { runs } = await forward({ runs: [source], reuse: 'naive' });
    const values = [...runs.source!.captures[from]!.data];
    const request: Run[] = [
      source,
      { id: 'base', tokens },
      {
        id: 'rows',
        base: 'base',
        edits: [set([last], { kind: 'run', run: 'source', site: from, rows: [3] })],
        captures,
      },
      { id: 'vector', base: 'base', edits: [set([last], { kind: 'vector', values })], captures },
    ];
    const found = (await forward({ runs: request, reuse: 'naive' })).runs;
    const [ours, byHand] = ['rows', 'vector'].map((id) => found[id]!.captures['unembed.hook_out']!.data);
    for (const [v, logit] of byHand!.entries()) expect(ours![v]!).toBeCloseTo(logit, 5);
  });

  it('are never known to change nothing', async () => {
    const golden = await loadGolden(name, read);
    const source = { kind: 'run', run: 'base', rows: [1, 1] } as const;
    const found = await metrics(golden, [
      { id: 'base', tokens },
      { id: 'rows', base: 'base', edits: [set([0, 1], source)] },
    ]);
    expect(found.rows![T - 1]).not.toEqual(found.base![T - 1]);
  });
});

describe.each(LEARNED)('learned positions of %s', (name) => {
  it('swapped are rows of the table swapped', async () => {
    const golden = await loadGolden(name, read);
    const source = { kind: 'run', run: 'base', rows: [5, 2] } as const;
    const found = await metrics(golden, [
      { id: 'base', tokens },
      { id: 'positions', base: 'base', positions: [{ rows: [2, 5], positions: [5, 2] }] },
      { id: 'table', base: 'base', edits: [set([2, 5], source, 'hook_pos_embed')] },
    ]);
    expect(found.positions).toEqual(found.table);
    expect(found.positions).not.toEqual(found.base);
  });
});

describe.each(ROTARY)('rotary positions of %s', (name) => {
  it('all shifted alike leave every logit as it is', async () => {
    const golden = await loadGolden(name, read);
    const shift = golden.spec.nCtx - T;
    const found = await metrics(golden, [
      { id: 'base', tokens },
      { id: 'shifted', base: 'base', positions: [{ rows: every, positions: every.map((t) => t + shift) }] },
      { id: 'one', base: 'base', positions: [{ rows: [3], positions: [3 + shift] }] },
    ]);
    expect(shift).toBeGreaterThan(0);
    for (const [t, { answer, distractor, logSumExp }] of found.shifted!.entries()) {
      const before = found.base![t]!;
      expect(Math.abs(answer - before.answer)).toBeLessThan(1e-9);
      expect(Math.abs(distractor - before.distractor)).toBeLessThan(1e-9);
      expect(Math.abs(logSumExp - before.logSumExp)).toBeLessThan(1e-9);
    }
    expect(Math.abs(found.one![T - 1]!.answer - found.base![T - 1]!.answer)).toBeGreaterThan(1e-6);
  });
});

describe.each([LEARNED[0]!, ROTARY[0]!])('positions of tokens in %s', (name) => {
  it('come down from the base', async () => {
    const golden = await loadGolden(name, read);
    const [first, second] = [
      { rows: [1, 2], positions: [4, 0] },
      { rows: [2], positions: [6] },
    ];
    const found = await metrics(golden, [
      { id: 'base', tokens, positions: [first] },
      { id: 'below', base: 'base', positions: [second] },
      { id: 'flat', tokens, positions: [first, second] },
    ]);
    expect(found.below).toEqual(found.flat);
  });

  it('that are what they were change nothing, and that is known', async () => {
    const golden = await loadGolden(name, read);
    const found = await metrics(golden, [
      { id: 'base', tokens },
      { id: 'same', base: 'base', positions: [{ rows: [3], positions: [3] }] },
    ]);
    expect(found.same).toEqual(found.base);
    const forward = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
    const metric = { row: T - 1, answer: 4 };
    const changed = async (position: number) => {
      const run: Run = { id: 'x', base: 'base', positions: [{ rows: [3], positions: [position] }], metric };
      const { runs } = await forward({ runs: [{ id: 'base', tokens, metric }, run], reuse: 'naive' });
      return runs.x!.unchanged;
    };
    expect(await changed(3)).toBe('known');
    expect(await changed(0)).toBeUndefined();
  });
});

describe.each(['tiny-a', 'tiny-llama'])('captured heads of %s', (name) => {
  const sites = ['hook_q_input', 'attn.hook_k', 'attn.hook_z', 'attn.hook_result', 'attn.hook_pattern'];
  it.each(sites)('of %s are those heads of the whole, in the order asked', async (kind) => {
    const golden = await loadGolden(name, read);
    const forward = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
    const site = `blocks.1.${kind}`;
    const heads = [1, 0];
    const isSquare = kind === 'attn.hook_pattern';
    const capture = async (asked: Omit<Capture, 'site'>) => {
      const captures = [{ site, ...asked }];
      const { runs } = await forward({ runs: [{ id: 'a', tokens, captures }], reuse: 'naive' });
      return runs.a!.captures[site]!;
    };
    const whole = await capture({});
    const part = await capture({ heads, ...(isSquare ? {} : { rows: [6, 2] }) });
    const [H, columns] = [whole.shape[isSquare ? 0 : 1]!, whole.shape[2]!];
    expect(part.shape).toEqual(isSquare ? [2, T, T] : [2, 2, columns]);
    const expected = isSquare
      ? heads.flatMap((h) => [...whole.data.subarray(h * T * T, (h + 1) * T * T)])
      : [6, 2].flatMap((t) =>
          heads.flatMap((h) => [...whole.data.subarray((t * H + h) * columns, (t * H + h + 1) * columns)]),
        );
    expect([...part.data]).toEqual(expected);
  });
});

describe('samples', () => {
  it('are the runs that they stand for', async () => {
    const golden = await loadGolden('tiny-a', read);
    const forward = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
    const metric = { row: T - 1, answer: 4 };
    const noise = (draw: number): Edit => ({
      site: 'hook_embed',
      rows: [1, 2],
      op: 'add',
      source: { kind: 'noise', stream: 'mt19937-polar', seed: 5, scale: 0.7, draw },
    });
    const restored = set([2], { kind: 'run', run: 'base' });
    const { runs } = await forward({
      runs: [
        { id: 'base', tokens, metric },
        { id: 'noised', base: 'base', edits: [noise(1)], samples: [0, 3], metric },
        { id: 'restored', base: 'noised', edits: [restored], metric },
        ...[1, 2, 3].flatMap((draw): Run[] => [
          { id: `noised alone ${draw}`, base: 'base', edits: [noise(draw)], metric },
          { id: `restored alone ${draw}`, base: `noised alone ${draw}`, edits: [restored], metric },
        ]),
      ],
      reuse: 'naive',
    });
    for (const sample of [0, 1, 2])
      for (const id of ['noised', 'restored'])
        expect(runs[`${id}.${sample}`]).toEqual(runs[`${id} alone ${sample + 1}`]);
    expect(runs['noised.0']!.metric).not.toEqual(runs['noised.1']!.metric);
  });
});
