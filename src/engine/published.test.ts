/** Published tokenizers and configs, opened with tiny weights: ids against `tokenizers`, logits against transformers. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { families } from '../model/families';
import { publishedIds, publishedModels, publishedSource } from '../load/testing/published';
import type { Engine, ModelInfo } from './api';
import { createNodeEngine } from './node';
import { inThisThread } from '../load/tokenizer/inThisThread';

const LOGITS = 'unembed.hook_out';
/** The worst measured is 5e-6, of logits that reach 22; transformers' norms and angles are of 32 bits. */
const BAR = 5e-5;
/** Of the 200 that `src/load/tokenizer/published.test.ts` compares. */
const TEXTS = [0, 3, 5, 8, 188];

describe.each(Object.entries(publishedModels))('%s', (name, { tokenizer, results }) => {
  const { texts, ids: alone, before, after } = publishedIds(tokenizer);
  let engine: Engine;
  let info: ModelInfo;
  beforeAll(async () => {
    engine = await createNodeEngine('reference', { startThread: inThisThread });
    info = await engine.open(await publishedSource(name));
  });
  afterAll(() => engine?.close());

  const ids = async (text: string, bos: boolean) => (await engine.tokenize(text, bos)).map(({ id }) => id);

  it('cuts texts into the tokens that the published tokenizer does, and adds what it adds', async () => {
    for (const i of TEXTS) {
      expect(await ids(texts[i]!, false), texts[i]).toEqual(alone[i]);
      expect(await ids(texts[i]!, info.bos), texts[i]).toEqual([...before, ...alone[i]!, ...after]);
    }
  });

  it("gives transformers' logits", async () => {
    let worst = 0;
    for (const { ids: tokens, logits } of results) {
      const { data, shape } = (await engine.capture({ tokens, sites: [LOGITS] }))[LOGITS]!;
      const last = data.subarray((tokens.length - 1) * shape[1]!);
      for (const [id, logit] of logits) worst = Math.max(worst, Math.abs(last[id]! - logit));
    }
    expect(results.flatMap(({ logits }) => logits).length).toBeGreaterThanOrEqual(16);
    expect(worst).toBeLessThan(BAR);
  });
});

describe('what the documentation lists as supported', () => {
  const proved = Object.entries(publishedModels).map(
    ([name, { config }]) => [config.model_type, name] as const,
  );
  const docs = readFileSync('docs/models.md', 'utf8');
  const [supported, opens] = docs.split('**Opens, not proved on a published checkpoint**');
  const rows = (text: string) =>
    [...text.matchAll(/^\| `([\w-]+)` \|(.*)$/gm)].map(([, type, rest]) => [type!, rest!] as const);

  it('is what was opened here, the rest is listed apart, and nothing is left out', () => {
    const table = rows(supported!);
    expect(new Set(table.map(([type]) => type))).toEqual(new Set(proved.map(([type]) => type)));
    for (const [type, name] of proved) {
      expect(table.find(([one]) => one === type)![1], name).toContain(name);
    }
    const others = rows(opens!.slice(0, opens!.indexOf('\n## '))).map(([type]) => type);
    expect(new Set([...table.map(([type]) => type), ...others])).toEqual(new Set(Object.keys(families)));
    expect(others.filter((type) => table.some(([one]) => one === type))).toEqual([]);
  });

  it("is the README's list", () => {
    const readme = readFileSync('README.md', 'utf8').replaceAll('\n', ' ');
    const [, list, apart] = /GGUF file: (.*), each proved on published files; (.*) opens, too/.exec(readme)!;
    const names = list!.replace(' and their kin', '').split(', ');
    expect(apart).toBe('XLM-R');
    for (const name of names)
      expect(
        rows(supported!).some(([, rest]) => rest.includes(name)),
        name,
      ).toBe(true);
    const words = [...names, apart!];
    for (const type of Object.keys(families).filter((one) => one !== 'loci-planted')) {
      const [first, rest] = rows(docs).find(([one]) => one === type)!;
      const isNamed = words.some((word) => rest.split('|')[0]!.includes(word));
      expect(isNamed, first).toBe(true);
    }
  });
});
