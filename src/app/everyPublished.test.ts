/**
 * Every published tokenizer with tiny weights behind it is asked every worked example of the page. One trace of each is
 * run: a pass over a vocabulary of 262 thousand tokens takes the reference its time. `everyModel.real.test.ts` runs all.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, ModelInfo } from '../engine/api';
import { createNodeEngine } from '../engine/node';
import { publishedModels, publishedSource } from '../load/testing/published';
import { ask, asTyped, expectResolved, readSet, workedStudies, workedTraces } from './testing/everyModel';

const traces = await workedTraces();

describe.each(Object.keys(publishedModels))('%s', (name) => {
  let engine: Engine;
  let info: ModelInfo;
  beforeAll(async () => {
    engine = await createNodeEngine('reference', { readSet });
    info = await engine.open(publishedSource(name));
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
