/** Published tokenizers and configs, opened with tiny weights: ids against `tokenizers`, logits against transformers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { families } from '../model/families';
import { publishedModels, publishedSource, publishedTexts } from '../load/testing/published';
import type { Engine, ModelInfo } from './api';
import { createNodeEngine } from './node';

const LOGITS = 'unembed.hook_out';
/** The worst measured is 5e-6, of logits that reach 60; transformers' norms and angles are of 32 bits. */
const BAR = 5e-5;

describe.each(Object.entries(publishedModels))('%s', (name, { results }) => {
  let engine: Engine;
  let info: ModelInfo;
  beforeAll(async () => {
    engine = await createNodeEngine('reference', {});
    info = await engine.open(publishedSource(name));
  });
  afterAll(() => engine?.close());

  const ids = async (text: string, bos: boolean) => (await engine.tokenize(text, bos)).map(({ id }) => id);

  it('cuts texts into the tokens that `tokenizers` does, and adds what it adds', async () => {
    for (const [i, { ids: alone, whole }] of results.entries()) {
      expect(await ids(publishedTexts[i]!, false), publishedTexts[i]).toEqual(alone);
      expect(await ids(publishedTexts[i]!, info.bos), publishedTexts[i]).toEqual(whole);
    }
  });

  it("gives transformers' logits", async () => {
    let compared = 0;
    let worst = 0;
    for (const { whole, logits } of results.filter((result) => result.logits.length > 0)) {
      const { data, shape } = (await engine.capture({ tokens: whole, sites: [LOGITS] }))[LOGITS]!;
      const last = data.subarray((whole.length - 1) * shape[1]!);
      for (const [id, logit] of logits) worst = Math.max(worst, Math.abs(last[id]! - logit));
      compared += logits.length;
    }
    expect(compared).toBeGreaterThan(20);
    expect(worst).toBeLessThan(BAR);
  });
});

/** Families that docs/models.md lists as opened end to end. */
const PROVED = new Set(Object.values(publishedModels).map(({ config }) => config.model_type));

it('is of families that Loci has', () => {
  for (const type of PROVED) expect(Object.keys(families)).toContain(type);
});
