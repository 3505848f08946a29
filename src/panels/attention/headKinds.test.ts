import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createReferenceForward } from '../../forward/reference/forward';
import { openGolden } from '../../experiments/testing/study';
import { range } from '../../util/range';
import {
  detectHeads,
  HEAD_KINDS,
  headLabel,
  headShares,
  largestScore,
  LEAST_SHARE,
  repeatedTokens,
} from './headKinds';

const { checkpoints } = JSON.parse(await readFile('reference/goldens/head_detector.json', 'utf8'));
const THEIRS = ['previous_token_head', 'duplicate_token_head', 'induction_head'];

describe('kinds of heads', () => {
  it.each(Object.keys(checkpoints))('are what detect_head of TransformerLens says (%s)', async (name) => {
    const { vocabulary, positions, tokens, scores } = checkpoints[name];
    expect(repeatedTokens([tokens[0]], { dVocab: vocabulary, nCtx: positions })).toEqual(tokens);
    const { spec, weights } = await openGolden(name);
    const sites = range(0, spec.nLayers).map((layer) => `blocks.${layer}.attn.hook_pattern`);
    const forward = createReferenceForward(spec, (weight) => weights.get(weight)!);
    const captures = sites.map((site) => ({ site }));
    const { runs } = await forward({ runs: [{ id: 'clean', tokens, captures }], reuse: 'naive' });
    let worst = 0;
    for (const [k, kind] of HEAD_KINDS.entries()) {
      for (const [layer, site] of sites.entries()) {
        const ours = detectHeads(runs.clean!.captures[site]!.data, tokens, kind);
        for (const [head, score] of ours.entries())
          worst = Math.max(worst, Math.abs(score - scores[THEIRS[k]!][layer][head]));
      }
    }
    // Measured: 4e-8 (Atlas), 7e-8 (tiny-a), 1.5e-7 (tiny-llama); TransformerLens's numbers are float32.
    expect(worst, `largest difference of ${name}`).toBeLessThan(1e-6);
  });

  it('are divided by the largest possible share', () => {
    const tokens = [0, 5, 6, 7, 5, 6, 7];
    expect(HEAD_KINDS.map((kind) => largestScore(tokens, kind))).toEqual([6 / 7, 3 / 7, 3 / 7]);
    const induction = new Float32Array(49);
    for (let query = 0; query < 7; query++) induction[query * 7 + (query < 4 ? 0 : query - 2)] = 1;
    const [[[previous, duplicate, full]]] = headShares([induction], tokens) as [[[number, number, number]]];
    expect([previous, duplicate]).toEqual([1 / 6, 0]);
    expect(full).toBeCloseTo(1, 12);
  });

  it('are named from a threshold on', () => {
    expect(headLabel([0.1, 0, 0.912])).toBe('induction 0.91');
    expect(headLabel([LEAST_SHARE, 0, 0])).toBe('previous token 0.40');
    expect(headLabel([0.39, 0.2, 0.3])).toBeNull();
    expect(headLabel(undefined)).toBeNull();
  });

  it('need a vocabulary and positions, and take what there are', () => {
    expect(repeatedTokens([9], { dVocab: 3, nCtx: 100 })).toHaveLength(1 + 2 * 2);
    expect(repeatedTokens([], { dVocab: 1000, nCtx: 1024 })).toHaveLength(50);
  });
});
