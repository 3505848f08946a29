/** Fits in float64 against TransformerLens and PyTorch; interruption; what is refused. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../load/testing/memoryStore';
import { inThisThread } from '../load/tokenizer/inThisThread';
import { CANCELLED } from './api';
import type { FitRequest } from './lensApi';
import {
  FITTED,
  goldenFit,
  goldenLens,
  lensError,
  matricesOf,
  openGolden,
  PLAIN,
} from './testing/goldenLens';

const read = async (path: string) => new Uint8Array(await readFile(path)).buffer;
const open = (name: string, store = memoryStore()) =>
  openGolden(name, read, { gpu: null, startThread: inThisThread, store });

it.each([...FITTED, ...PLAIN])('a lens of %s', async (name) => {
  const engine = await open(name);
  const golden = await goldenFit(name, read);
  const { lens, skipped } = await engine.fitLens('a', { title: 'random tokens', ...golden });
  const error = lensError(await matricesOf(engine), await goldenLens(name, read));
  process.stdout.write(`${name}: largest relative error ${error.toExponential(1)}\n`);
  expect(error).toBeLessThan(1e-6);
  expect(lens).toMatchObject({ title: 'random tokens', prompts: 3, skipFirst: 4 });
  expect(skipped).toBe(1);
  expect(await engine.lensInfo()).toEqual(lens);
  await engine.close();
});

describe('an interrupted fit', () => {
  it('goes on, to the same bits, and its lens is kept', async () => {
    const golden = await goldenFit('tiny-gpt_neox', read);
    const request: FitRequest = { title: 'texts', ...golden };
    const whole = await open('tiny-gpt_neox');
    const { lens: expected } = await whole.fitLens('a', request);
    const store = memoryStore();
    const engine = await open('tiny-gpt_neox', store);
    const doing: string[] = [];
    const interrupted = engine.fitLens('a', request, (event) => {
      doing.push(event.doing);
      if (event.fraction > 0.5) void engine.cancel('a');
    });
    await expect(interrupted).rejects.toThrow(CANCELLED);
    expect(await engine.lensInfo()).toBeNull();
    expect(new Set(doing)).toEqual(new Set(['text 1 of 3', 'text 2 of 3']));
    expect([...store.files.keys()].filter((name) => name.endsWith('.fit'))).toHaveLength(1);
    const { lens, takenUp } = await engine.fitLens('a', request);
    expect(takenUp).toBe(1);
    expect(lens).toEqual(expected);
    expect([...store.files.keys()].filter((name) => name.endsWith('.fit'))).toEqual([]);
    expect(await engine.keptLenses()).toEqual([lens]);
    await engine.closeLens();
    expect(await engine.openKeptLens(lens.sha256)).toEqual(lens);
    await engine.deleteKeptLens(lens.sha256);
    expect(await engine.keptLenses()).toEqual([]);
  });

  it('with other settings begins again', async () => {
    const golden = await goldenFit('tiny-gpt_neox', read);
    const store = memoryStore();
    const engine = await open('tiny-gpt_neox', store);
    const cancelled = engine.fitLens('a', { title: 'texts', ...golden }, ({ fraction }) => {
      if (fraction > 0.5) void engine.cancel('a');
    });
    await expect(cancelled).rejects.toThrow(CANCELLED);
    const other = await engine.fitLens('a', { title: 'texts', ...golden, skipFirst: 3 });
    expect(other).toMatchObject({ takenUp: 0, skipped: 0 });
  });

  it('whose sums are damaged begins again', async () => {
    const golden = await goldenFit('tiny-gpt_neox', read);
    const store = memoryStore();
    const engine = await open('tiny-gpt_neox', store);
    const cancelled = engine.fitLens('a', { title: 'texts', ...golden }, ({ fraction }) => {
      if (fraction > 0.5) void engine.cancel('a');
    });
    await expect(cancelled).rejects.toThrow(CANCELLED);
    for (const [name, bytes] of store.files) if (name.endsWith('.fit')) bytes[bytes.length - 2]! ^= 1;
    expect((await engine.fitLens('a', { title: 'texts', ...golden })).takenUp).toBe(0);
  });
});

describe('what a fit refuses, in one sentence:', () => {
  const tokens = [1, 2, 3, 4, 5, 6, 7, 8];
  const cases: [string, string, Partial<FitRequest>, RegExp][] = [
    ['an encoder', 'tiny-bert', {}, /^jacobian lens: this model does not continue a text/],
    ['one block', 'tiny-c', {}, /got a model of one block/],
    ['no texts', 'tiny-a', { texts: [] }, /^fit: got 0 texts, expected 1 to/],
    ['short texts', 'tiny-a', { skipFirst: 7 }, /every text is too short, got at most 8 tokens, expected 9/],
    [
      'a cut before the first',
      'tiny-a',
      { maxTokens: 5 },
      /maxTokens, got 5, expected a whole number from 6 to 16/,
    ],
    ['too long a cut', 'tiny-a', { maxTokens: 17 }, /maxTokens, got 17/],
    ['half a position', 'tiny-a', { skipFirst: 0.5 }, /skipFirst, got 0\.5/],
    ['the last layer', 'tiny-a', { layers: [1] }, /layer, got 1, expected a whole number from 0 to 0/],
    ['no layers', 'tiny-a', { layers: [] }, /no layers/],
    ['an unknown token', 'tiny-a', { texts: [[1, 2, 3, 4, 5, 6, 9999]] }, /no embedding for/],
  ];
  it.each(cases)('%s', async (_, name, asked, sentence) => {
    const engine = await open(name);
    const fit = engine.fitLens('a', { title: 'x', texts: [tokens], skipFirst: 4, ...asked });
    await expect(fit).rejects.toThrow(sentence);
    expect(await engine.lensInfo()).toBeNull();
    await engine.close();
  });
});
