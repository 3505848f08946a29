/** The page's lens through the open Jacobian lens, and questions that name a lens. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskFolder } from '../load/disk';
import { inThisThread } from '../load/tokenizer/inThisThread';
import { figureOf } from '../experiments/testing/study';
import type { Engine } from './api';
import { createNodeEngine } from './node';

const FILE = 'reference/goldens/jacobian_lens/atlas.pt';
const file = { name: 'atlas.pt', file: new Blob([Uint8Array.from(readFileSync(FILE))]) };
const question = {
  version: 1,
  kind: 'logit-lens',
  model: { id: 'atlas' },
  cases: [{ prompt: 'The capital of France is', answer: ' Paris' }],
  states: ['resid_post', 'jacobian'],
};

describe('Atlas through a Jacobian lens', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createNodeEngine('reference', {
      startThread: inThisThread,
      folder: () => diskFolder('public/models/atlas'),
    });
    await engine.open({ kind: 'builtin', id: 'atlas' });
  });
  afterAll(() => engine.close());

  const tokensOf = async () => (await engine.tokenize('The capital of France is', true)).map(({ id }) => id);

  it('is refused without one, in a sentence', async () => {
    const tokens = await tokensOf();
    await expect(engine.lens(tokens, 0, 'jacobian')).rejects.toThrow(/^jacobian lens: this model has none/);
    await expect(engine.resolve(question)).rejects.toThrow(
      'lens: no Jacobian lens is open, got none, expected one for atlas. Open or fit one.',
    );
  });

  it('reads what the experiment reads, cell by cell, and lists what it reads', async () => {
    const info = await engine.openLens(file);
    const tokens = await tokensOf();
    const spec = await engine.resolve(question);
    expect(spec.lens).toEqual({
      sha256: info.sha256,
      title: 'atlas.pt',
      layers: [0, 1, 2, 3, 4],
      prompts: 4,
    });
    const document = await engine.run('run', spec);
    const answer = (spec.cases as { answer: { id: number } }[])[0]!.answer.id;
    const { cells } = await engine.lens(tokens, answer, 'jacobian');
    expect(cells[0]).toBeNull();
    const [p, rank] = ['p', 'rank'].map((name) => figureOf(document, `jacobian_${name}`).values);
    const blocks = cells.length - 1;
    for (let t = 0; t < tokens.length; t++)
      for (let block = 0; block < blocks; block++) {
        const { followed } = cells[block + 1]![t]!;
        expect(followed.p / p![t * blocks + block]!).toBeCloseTo(1, 6);
        expect(followed.rank).toBe(rank![t * blocks + block]);
      }
    const last = tokens.length - 1;
    const top = await engine.lensTop(tokens, { row: 4, position: last }, 5, 'jacobian');
    expect(top[0]).toMatchObject({ id: cells[4]![last]!.id, text: ' Paris' });
    await expect(engine.lensTop(tokens, { row: 0, position: last }, 5, 'jacobian')).rejects.toThrow(
      'lens: has no matrix for that layer, got -1',
    );
  });

  it('runs no question of another lens', async () => {
    await engine.openLens(file);
    const spec = await engine.resolve(question);
    await engine.closeLens();
    await expect(engine.run('run', spec)).rejects.toThrow(
      /^lens: this question reads another Jacobian lens, got none open, expected atlas\.pt \(668440ad\)\. Open/,
    );
  });
});
