/**
 * all-MiniLM-L6-v2, a sentence encoder, compared with transformers' modules at every hook site on
 * three texts, and with sentence-transformers' embeddings of eight (`reference/real/minilm.py`).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTensors } from '../forward/reference/compare';
import type { Tensor } from '../forward/request/contract';
import type { Safetensors } from '../load/safetensors';
import { findSite, listSites } from '../model/sites';
import type { Engine, ModelInfo } from './api';
import { createNodeEngine } from './node';
import { minilmSource, realJson, realTensors, report } from './testing/realModels';
import { inThisThread } from '../load/tokenizer/inThisThread';

interface Text {
  readonly text: string;
  readonly tokens: readonly number[];
}

/** Largest allowed |ours - theirs|, relative to the largest value; embeddings have length 1. */
const BAR = 1e-4;
/** Texts with golden sites; the others have only an embedding. */
const WITH_SITES = 3;

let engine: Engine;
let info: ModelInfo;
let texts: readonly Text[];
let golden: Safetensors;

beforeAll(async () => {
  engine = await createNodeEngine('gpu', { startThread: inThisThread });
  info = await engine.open(await minilmSource());
  texts = await realJson<Text[]>('minilm.json');
  golden = await realTensors('minilm.safetensors');
});
afterAll(() => engine?.close());

/** The site that a copy repeats for each of its heads; null if the site is not a copy. */
function original(site: string): string | null {
  const { layer, kind } = findSite(info.spec, site);
  if (/^hook_(attn_in|[qkv]_input)$/.test(kind)) return `blocks.${layer}.hook_resid_pre`;
  if (kind === 'hook_mlp_in') return `blocks.${layer}.hook_normalized_resid_mid`;
  if (kind === 'hook_resid_pre' && layer! > 0) return `blocks.${layer! - 1}.hook_normalized_resid_post`;
  return null;
}

/** A copy [T,D] or [T,H,D] equals its original [T,D] bit by bit in every head. */
function expectCopy(site: string, copy: Tensor, { data, shape }: Tensor): void {
  const D = shape[1]!;
  const heads = copy.data.length / data.length;
  const repeated = Float32Array.from(
    copy.data,
    (_, at) => data[Math.floor(at / (heads * D)) * D + (at % D)]!,
  );
  expect(copy.data, site).toEqual(repeated);
}

describe('all-MiniLM-L6-v2', () => {
  it('cuts texts into the tokens that sentence-transformers does', async () => {
    for (const { text, tokens } of texts) {
      const ours = await engine.tokenize(text, true);
      expect(
        ours.map((token) => token.id),
        text,
      ).toEqual(tokens);
    }
  });

  it("gives transformers' activations at every hook site", async () => {
    const stride = (await golden.tensor('stride')).data[0]!;
    const sites = listSites(info.spec).map((site) => site.name);
    let worst = { site: '', relative: 0 };
    let farthest = { site: '', maxAbsError: 0, scale: 0 };
    let compared = 0;
    for (const [i, { tokens }] of texts.slice(0, WITH_SITES).entries()) {
      const ours = await engine.capture({ tokens, sites });
      for (const site of sites) {
        if (site === 'hook_tokens') continue;
        const copied = original(site);
        if (copied !== null) {
          expectCopy(site, ours[site]!, ours[copied]!);
          continue;
        }
        const theirs = await golden.tensor(`${i}/${site}`);
        const step = i === 0 ? 1 : stride;
        if (i === 0) expect(ours[site]!.shape, site).toEqual(theirs.shape);
        expect(Math.ceil(ours[site]!.data.length / step), site).toBe(theirs.data.length);
        const values = Float32Array.from(theirs.data, (_, at) => ours[site]!.data[at * step]!);
        const error = compareTensors(values, theirs.data);
        compared++;
        if (error.relative > worst.relative) worst = { site: `${i}/${site}`, ...error };
        if (error.maxAbsError > farthest.maxAbsError) farthest = { site: `${i}/${site}`, ...error };
        expect(error.relative, `${i}/${site}`).toBeLessThan(BAR);
      }
    }
    const stored = [...golden.tensors.keys()].filter((name) => name.includes('/'));
    expect(compared).toBe(stored.length);
    report(
      `MiniLM: ${compared} tensors at most ${worst.relative.toExponential(1)} of their largest value off, at ` +
        `${worst.site}; ${farthest.maxAbsError.toExponential(1)} of ${farthest.scale.toFixed(1)} at ${farthest.site}`,
    );
  });

  it("gives sentence-transformers' embeddings", async () => {
    const { data, shape } = await golden.tensor('embeddings');
    const D = shape[1]!;
    expect(shape[0]).toBe(texts.length);
    let worst = 0;
    for (const [i, { tokens }] of texts.entries()) {
      const ours = await engine.embedding(tokens);
      const { maxAbsError } = compareTensors(ours, data.subarray(i * D, (i + 1) * D));
      worst = Math.max(worst, maxAbsError);
    }
    report(`MiniLM: embeddings at most ${worst.toExponential(1)} off`);
    expect(worst).toBeLessThan(BAR);
  });
});
