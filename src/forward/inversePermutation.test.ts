/**
 * The inverse-permutation model (`public/models/inverse-permutation`): exact with bidirectional
 * attention, and impossible under a causal mask, since row i cannot depend on later rows; exact
 * again with scratch rows.
 */
import { describe, expect, it } from 'vitest';
import type { Mask } from './request/types';
import type { Tensor } from './request/contract';
import { ABLATIONS, meanContributions, noisedEdges } from './testing/edges';
import { loadPlanted, loadTruth } from './testing/planted';

const N = 5;
const truth = await loadTruth('inverse-permutation');
const { model, cases } = await loadPlanted('inverse-permutation', [truth.set]);
const V = model.spec.dVocab;
/** Ids: <unk>, five digits, ten letters, the scratch token. */
const DIGIT = 1;
const LETTER = 6;
const SCRATCH = 16;

/** All permutations of 0, 1, ... n - 1. */
function permutations(n: number): number[][] {
  if (n === 0) return [[]];
  return permutations(n - 1).flatMap((rest) =>
    Array.from({ length: n }, (_, at) => [...rest.slice(0, at), n - 1, ...rest.slice(at)]),
  );
}

/** Masks every later key in both layers. */
const causal = (T: number): Mask[] =>
  [0, 1].flatMap((layer) =>
    Array.from({ length: T - 1 }, (_, t) => ({
      layer,
      queries: [t],
      keys: Array.from({ length: T - 1 - t }, (_, i) => t + 1 + i),
    })),
  );

async function logits(tokens: readonly number[], masked: boolean): Promise<Tensor> {
  const run = {
    id: 'a',
    tokens,
    masks: masked ? causal(tokens.length) : [],
    captures: [{ site: 'unembed.hook_out' }],
  };
  const { runs } = await model.forward({ runs: [run], reuse: 'naive' });
  return runs.a!.captures['unembed.hook_out']!;
}

const said = ({ data }: Tensor, row: number): number => {
  const values = [...data.subarray(row * V, (row + 1) * V)];
  return values.indexOf(Math.max(...values));
};

/** The rows [pi; y_pi], and y = pi^T y_pi. */
function problem(pi: readonly number[], scratch: boolean) {
  const letters = pi.map((_, i) => LETTER + ((3 * i + pi[0]! + 2 * pi[1]!) % 10));
  const y = pi.map((_, j) => letters[pi.indexOf(j)]!);
  const rows = [...pi.map((digit) => DIGIT + digit), ...letters];
  return { y, tokens: scratch ? [...rows, ...pi.map(() => SCRATCH)] : rows };
}

const all = permutations(N);

describe('inverse permutation', () => {
  it('has error 0 in every row for all 120 permutations where every row sees every other', async () => {
    expect(all.length).toBe(120);
    for (const pi of all) {
      const { y, tokens } = problem(pi, false);
      const out = await logits(tokens, false);
      expect(tokens.map((_, row) => said(out, row))).toEqual([...y, ...y]);
    }
  });

  it('is unchanged in row i by any later row under a causal mask, so only a letter that stands before can be right', async () => {
    const { tokens } = problem([2, 0, 4, 1, 3], false);
    const before = await logits(tokens, true);
    for (let changed = 1; changed < tokens.length; changed++) {
      const other = [...tokens];
      other[changed] = tokens[changed] === LETTER + 9 ? LETTER : tokens[changed]! + 1;
      const after = await logits(other, true);
      expect(after.data.slice(0, changed * V)).toEqual(before.data.slice(0, changed * V));
    }
    let right = 0;
    for (const pi of all) {
      const { y, tokens: rows } = problem(pi, false);
      const out = await logits(rows, true);
      for (const [j, letter] of y.entries()) {
        const isVisible = pi.indexOf(j) <= j;
        const isRight = said(out, N + j) === letter;
        if (isVisible) expect(isRight).toBe(true);
        if (isVisible && isRight) right++;
      }
      if (pi.every((digit, i) => digit === i)) continue;
      expect(y.every((letter, j) => said(out, N + j) === letter)).toBe(false);
    }
    expect(right).toBe((120 * (1 + 2 + 3 + 4 + 5)) / N);
  });

  it('has error 0 under a causal mask in scratch rows after the question', async () => {
    for (const pi of all) {
      const { y, tokens } = problem(pi, true);
      const out = await logits(tokens, true);
      expect(y.map((_, j) => said(out, 2 * N + j))).toEqual(y);
    }
  });

  it.each(ABLATIONS)('has the edges of truth.json, found by cutting every edge: %s', async (ablation) => {
    const prompts = cases.get(truth.set)!;
    const mean = await meanContributions(
      model,
      prompts.map(({ tokens }) => tokens),
    );
    for (const one of prompts) {
      const changes = [...(await noisedEdges(model, one, ablation, mean))];
      const found = changes.filter(([, change]) => Math.abs(change) > 1e-6).map(([edge]) => edge);
      expect(found).toEqual(truth.edges[ablation]);
    }
  });
});
