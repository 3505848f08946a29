/** Published tokenizers and configs, opened with tiny weights: ids against `tokenizers`, logits against transformers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedModels, publishedSource, publishedTexts } from '../load/testing/published';
import type { Engine, ModelInfo } from './api';
import { createNodeEngine } from './node';

const LOGITS = 'unembed.hook_out';

describe.each(Object.entries(publishedModels))('%s', (name, { results }) => {
  let engine: Engine;
  let info: ModelInfo;
  beforeAll(async () => {
    engine = await createNodeEngine('reference', {});
    const t = performance.now();
    const source = publishedSource(name);
    const t1 = performance.now();
    info = await engine.open(source);
    console.log(name, 'made', t1 - t, 'opened', performance.now() - t1);
  });
  afterAll(() => engine?.close());

  it('cuts texts into the tokens that `tokenizers` does', async () => {
    for (const [i, { ids, whole }] of results.entries()) {
      const text = publishedTexts[i]!;
      expect(
        (await engine.tokenize(text, false)).map(({ id }) => id),
        text,
      ).toEqual(ids);
      expect(
        (await engine.tokenize(text, info.bos)).map(({ id }) => id),
        text,
      ).toEqual(whole);
    }
  });

  it("gives transformers' logits", async () => {
    let worst = 0;
    const t = performance.now();
    for (const { whole, logits } of results) {
      if (logits.length === 0) continue;
      const { data, shape } = (await engine.capture({ tokens: whole, sites: [LOGITS] }))[LOGITS]!;
      const last = data.subarray((whole.length - 1) * shape[1]!);
      for (const [id, logit] of logits) worst = Math.max(worst, Math.abs(last[id]! - logit));
    }
    console.log(name, worst, performance.now() - t);
    expect(worst).toBeLessThan(2e-4);
  });
});
