/** The embedded model as shipped, opened like any other. */
import { beforeAll, describe, expect, it } from 'vitest';
import { diskFolder } from './disk';
import { type Checkpoint, openCheckpoint } from './open';
import { openSafetensors } from './safetensors';
import { inThisThread } from './tokenizer/inThisThread';

let atlas: Checkpoint;
beforeAll(async () => {
  atlas = await openCheckpoint(
    { kind: 'builtin', id: 'atlas' },
    { folder: diskFolder('public/models/atlas'), startThread: inThisThread },
  );
});

describe('Atlas', () => {
  it('opens, with card, BOS and sigma', () => {
    expect(atlas).toMatchObject({
      id: 'atlas',
      title: 'Atlas',
      revision: 'builtin',
      bos: true,
      spec: { nLayers: 6 },
    });
    expect(atlas.tokenizer.bosToken).toEqual({ id: 0, text: '<|endoftext|>' });
    expect(atlas.card!.sigma!.value).toBeGreaterThan(0);
    expect(atlas.tokenizer.vocabSize).toBe(atlas.spec.dVocab);
  });

  it('has facts whose answers and distractors are one token each, and whose prompts hold the subject', async () => {
    expect(atlas.facts.length).toBeGreaterThan(1000);
    const { encode } = atlas.tokenizer;
    const isBad = async (fact: (typeof atlas.facts)[number]) =>
      (await encode(fact.answer)).length !== 1 ||
      (fact.distractor !== undefined && (await encode(fact.distractor)).length !== 1) ||
      fact.distractor === fact.answer ||
      !fact.prompt.includes(fact.subject) ||
      (await encode(fact.prompt)).length + 1 > atlas.spec.nCtx;
    const areBad = await Promise.all(atlas.facts.map(isBad));
    const bad = atlas.facts.filter((_, i) => areBad[i]);
    expect(bad).toEqual([]);
  });

  const openGolden = async () =>
    openSafetensors(
      (await diskFolder('reference/goldens/atlas').readFile('golden.safetensors'))!,
      'golden.safetensors',
    );

  it('tokenises the golden prompt as Python does', async () => {
    const ids = [...(await (await openGolden()).tensor('prompt/tokens')).data];
    const text = ids.slice(1).map(atlas.tokenizer.decode).join('');
    const ours = (await atlas.tokenizer.encode(text)).map((token) => token.id);
    expect([atlas.tokenizer.bosToken!.id, ...ours]).toEqual(ids);
  });

  it('has the embeddings that PyTorch has (if not: the goldens are of other weights, make them again)', async () => {
    const golden = await openGolden();
    const ids = (await golden.tensor('prompt/tokens')).data;
    const expected = (await golden.tensor('prompt/hook_embed')).data;
    const embed = await atlas.weights.get('embed.W_E');
    const D = atlas.spec.dModel;
    const wrong = [...ids].filter((id, t) => {
      const row = embed.subarray(id * D, (id + 1) * D);
      return row.some((value, i) => value !== expected[t * D + i]);
    });
    expect(wrong).toEqual([]);
  });
});
