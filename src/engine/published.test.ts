/**
 * Published tokenizers and configs, opened with tiny weights: compares ids with `tokenizers` and
 * logits with transformers.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { families } from '../model/families';
import { publishedModels, publishedSource, textsOf } from '../load/testing/published';
import type { Engine, ModelInfo } from './api';
import { createNodeEngine } from './node';
import { inThisThread } from '../load/tokenizer/inThisThread';

const LOGITS = 'unembed.hook_out';
/** The worst error measured is 5e-6, with logits up to 22; transformers uses some float32. */
const BAR = 5e-5;

describe.each(Object.entries(publishedModels))('%s', (name, model) => {
  const { results } = model;
  const texts = textsOf(model);
  let engine: Engine;
  let info: ModelInfo;
  beforeAll(async () => {
    engine = await createNodeEngine('reference', { startThread: inThisThread });
    info = await engine.open(await publishedSource(name));
  });
  afterAll(() => engine?.close());

  const ids = async (text: string, bos: boolean) => (await engine.tokenize(text, bos)).map(({ id }) => id);

  it('cuts texts into the tokens that the published tokenizer does, and adds what it adds', async () => {
    expect(results.length).toBe(texts.length);
    for (const [i, { ids: alone, whole }] of results.entries()) {
      expect(await ids(texts[i]!, false), texts[i]).toEqual(alone);
      expect(await ids(texts[i]!, info.bos), texts[i]).toEqual(whole);
    }
  });

  it("gives transformers' logits", async () => {
    let compared = 0;
    let worst = 0;
    // Only four texts: logits of 262 thousand tokens are slow in the reference.
    for (const { whole, logits } of results.filter((_, i) => i % 3 === 0).slice(0, 4)) {
      const { data, shape } = (await engine.capture({ tokens: whole, sites: [LOGITS] }))[LOGITS]!;
      const last = data.subarray((whole.length - 1) * shape[1]!);
      for (const [id, logit] of logits) worst = Math.max(worst, Math.abs(last[id]! - logit));
      compared += logits.length;
    }
    expect(compared).toBeGreaterThan(20);
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
    const [, list, apart] = /GGUF file: (.*), each proved on published files; (.*) open, too/.exec(readme)!;
    const names =
      'GPT-2, GPT-Neo, GPT-J, Llama, SmolLM, Mistral, Mixtral, Qwen, Gemma, OLMo, Phi-3, Falcon, BERT';
    expect(list).toBe(`${names} and their kin`);
    const others = [
      'Pythia',
      'Granite',
      'Command-R',
      'Phi',
      'StableLM',
      'OPT',
      'gpt-oss',
      'DistilBERT',
      'RoBERTa',
      'XLM-R',
    ];
    expect(apart!.replace(' and ', ', ').split(', ')).toEqual(others);
    const words = [...names.split(', '), ...others];
    for (const type of Object.keys(families).filter((one) => one !== 'loci-planted')) {
      const [first, rest] = rows(docs).find(([one]) => one === type)!;
      const isNamed = words.some((word) => rest.split('|')[0]!.includes(word));
      expect(isNamed, first).toBe(true);
    }
  });
});
