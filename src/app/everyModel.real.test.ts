/**
 * Real models, and every published tokenizer with tiny weights, on the GPU: every worked example,
 * and `loci trace` without flags. Expects a finding with finite numbers, or one plain sentence.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, ModelInfo, ModelSource } from '../engine/api';
import { createNodeEngine } from '../engine/node';
import { minilmSource, smollm2Source } from '../engine/testing/realModels';
import { readLink } from '../share/link';
import { publishedModels, publishedSource } from '../load/testing/published';
import {
  ask,
  expectTraced,
  expectTraces,
  ONE_EDGE,
  readSet,
  workedStudies,
  workedTraces,
} from './testing/everyModel';
import { exampleLink, examples } from './examples';
import { draftOf } from './question';
import { inThisThread } from '../load/tokenizer/inThisThread';

/** `isLarge`: thirty layers; a full trace takes many minutes on a software adapter. */
const MODELS: readonly { name: string; source: () => Promise<ModelSource>; isLarge?: boolean }[] = [
  { name: 'SmolLM2', source: smollm2Source, isLarge: true },
  { name: 'MiniLM', source: minilmSource },
  ...Object.keys(publishedModels).map((name) => ({
    name,
    source: () => publishedSource(name),
  })),
];

describe.each(MODELS)('$name', { timeout: 1_800_000 }, ({ source, isLarge }) => {
  let engine: Engine;
  let info: ModelInfo;
  beforeAll(async () => {
    engine = await createNodeEngine('gpu', { startThread: inThisThread, readSet });
    info = await engine.open(await source());
  });
  afterAll(() => engine?.close());

  it('is the model of the worked example, or has other weights', async () => {
    const { document } = await readLink(
      await exampleLink(examples.findIndex(({ title }) => title === 'In a real model')),
    );
    expect(document.model.sha256 === info.sha256).toBe(isLarge === true);
    if (!isLarge) return;
    const ids = document.tokens.map(({ id }) => id);
    const { prompt } = draftOf(document);
    expect((await engine.tokenize(prompt, info.bos)).map(({ id }) => id)).toEqual(ids);
    const [best] = await engine.predict(ids, 1);
    expect(best!.id).toBe(document.answer!.id);
    expect(best!.p).toBeCloseTo(document.answer!.p, 4);
  });

  it('has a first finding of every worked example, or says why not', async () => {
    // One draw: this checks only that there is a finding.
    const traces = (await workedTraces()).map((trace) => ({ ...trace, samples: 1 }));
    await expectTraces(engine, info, traces);
  });

  it('answers the worked studies, or says why not', async () => {
    for (const study of workedStudies) {
      // One edge: a search in thirty layers takes hours on a software adapter.
      const told = await ask(engine, info, { ...study, ...(study.kind === 'graph' && ONE_EDGE) });
      if (info.spec.head === 'none') expect(told).toMatch(/predicts (no )?tokens/);
    }
  });

  it('is traced by the command line without further flags', async () => {
    if (info.spec.head !== 'lm' || isLarge) return;
    // Shares the engine: reading a vocabulary takes seconds.
    const opened = Object.assign(Object.create(engine) as Engine, {
      open: async () => info,
      close: async () => undefined,
    });
    await expectTraced(mkdtempSync(join(tmpdir(), 'loci-')), async () => opened);
  });
});
