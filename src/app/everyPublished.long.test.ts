/**
 * Runs every worked example on a published tokenizer of each kind with tiny weights, and one trace
 * each. `everyModel.real.test.ts` covers all published tokenizers.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, ModelInfo } from '../engine/api';
import { createNodeEngine } from '../engine/node';
import { publishedSource } from '../load/testing/published';
import { ask, asTyped, expectResolved, readSet, workedStudies, workedTraces } from './testing/everyModel';
import { inThisThread } from '../load/tokenizer/inThisThread';

const traces = await workedTraces();

/** Byte-level, SentencePiece with byte fallback, 262 thousand tokens, WordPiece. */
const KINDS = [
  'openai-community/gpt2',
  'TinyLlama/TinyLlama-1.1B-Chat-v1.0',
  'google/gemma-3-1b-pt',
  'sentence-transformers/all-MiniLM-L6-v2',
];

describe.each(KINDS)('%s', (name) => {
  let engine: Engine;
  let info: ModelInfo;
  beforeAll(async () => {
    engine = await createNodeEngine('reference', { startThread: inThisThread, readSet });
    info = await engine.open(await publishedSource(name));
  });
  afterAll(() => engine?.close());

  it('can be asked every worked example, or says why not', async () => {
    const told = await Promise.all(
      traces.map((trace) => expectResolved(engine, { ...trace, prompt: asTyped(trace, info) })),
    );
    const studied = await Promise.all(workedStudies.map((study) => expectResolved(engine, study)));
    if (info.spec.head === 'none') {
      for (const sentence of [...told, ...studied]) expect(sentence).toMatch(/no unembedding/);
      return;
    }
    for (const sentence of told) expect(sentence ?? 'distractor').toMatch(/distractor|answer/);
    expect(told).toContain(null);
  });

  it('has a first finding, its noise measured on the names', async () => {
    const question = { prompt: asTyped(traces[0]!, info), samples: 1, kinds: ['hidden' as const] };
    const hasHead = info.spec.head !== 'none';
    expect(await ask(engine, info, question)).toMatch(hasHead ? /^finding$/ : /no unembedding/);
    expect(info.sigma!.measuredOn).toMatchObject({ names: 200 });
  });
});
