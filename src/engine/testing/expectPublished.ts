/** A published tokenizer and config, opened with tiny weights: ids against `tokenizers`, logits against transformers. */
import { expect } from 'vitest';
import { publishedIds, publishedModels, publishedSource } from '../../load/testing/published';
import { inThisThread } from '../../load/tokenizer/inThisThread';
import { createNodeEngine } from '../node';

const LOGITS = 'unembed.hook_out';
/** The worst measured is 5e-6, of logits that reach 22; transformers' norms and angles are of 32 bits. */
const BAR = 5e-5;
/** Of the 200 that `src/load/tokenizer/published.test.ts` compares. */
const TEXTS = [0, 3, 5, 8, 188];

export async function expectPublished(name: string): Promise<void> {
  const { tokenizer, results } = publishedModels[name]!;
  const { texts, ids, before, after } = publishedIds(tokenizer);
  const engine = await createNodeEngine('reference', { startThread: inThisThread });
  try {
    const info = await engine.open(await publishedSource(name));
    const idsOf = async (text: string, bos: boolean) =>
      (await engine.tokenize(text, bos)).map(({ id }) => id);
    for (const i of TEXTS) {
      expect(await idsOf(texts[i]!, false), texts[i]).toEqual(ids[i]);
      expect(await idsOf(texts[i]!, info.bos), texts[i]).toEqual([...before, ...ids[i]!, ...after]);
    }
    let worst = 0;
    for (const { ids: tokens, logits } of results) {
      const { data, shape } = (await engine.capture({ tokens, sites: [LOGITS] }))[LOGITS]!;
      const last = data.subarray((tokens.length - 1) * shape[1]!);
      for (const [id, logit] of logits) worst = Math.max(worst, Math.abs(last[id]! - logit));
    }
    expect(results.flatMap(({ logits }) => logits).length).toBeGreaterThanOrEqual(16);
    expect(worst).toBeLessThan(BAR);
  } finally {
    engine.close();
  }
}
