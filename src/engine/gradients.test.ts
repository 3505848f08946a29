import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskFolder } from '../load/disk';
import { inThisThread } from '../load/tokenizer/inThisThread';
import { maxOf } from '../util/lists';
import type { Engine, Seed } from './api';
import { NotFiniteError } from './finite';
import { createNodeEngine } from './node';
import { goldenGradientError } from './testing/goldenGradients';

const read = async (path: string) => new Uint8Array(await readFile(path)).buffer;

const open = async (folder: string): Promise<Engine> => {
  const engine = await createNodeEngine('reference', {
    startThread: inThisThread,
    folder: () => diskFolder(folder),
  });
  await engine.open({ kind: 'files', title: 'model', files: new Map() });
  return engine;
};

it.each(['tiny-a', 'tiny-gemma2'])("gradients of %s are PyTorch's", async (name) => {
  const { error, at } = await goldenGradientError(name, read, { gpu: null, startThread: inThisThread });
  process.stdout.write(`${name}: largest relative error ${error.toExponential(1)} at ${at}\n`);
  expect(error, at).toBeLessThan(1e-6);
});

describe('gradients of Atlas', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open('public/models/atlas');
  });
  afterAll(() => engine.close());
  const prompt = 'The capital of France is';
  const site = 'blocks.5.hook_resid_post';
  const gradients = async (more: object) => engine.gradients({ prompt, sites: [site], ...more });
  const idOf = async (text: string) => (await engine.tokenize(text, false))[0]!.id;

  it('of a text are those of its tokens and the metric of its answer', async () => {
    const tokens = (await engine.tokenize(prompt, true)).map(({ id }) => id);
    const [paris, oslo, row] = [await idOf(' Paris'), await idOf(' Oslo'), tokens.length - 1];
    const logits = (...weights: readonly (readonly [number, number])[]): Seed => ({
      mean: [{ row, of: 'logits', weights }],
    });
    for (const [asked, seed] of [
      [{ metric: 'logit', answer: 'Paris' }, logits([paris, 1])],
      [{ distractor: 'Oslo' }, logits([paris, 1], [oslo, -1])],
      [{}, { mean: [{ row, of: 'logProb', token: paris }] }],
      [{ metric: 'p', answer: 'Oslo' }, { mean: [{ row, of: 'prob', token: oslo }] }],
    ] as const) {
      const found = await gradients(asked);
      expect(found).toMatchObject({ tokens, seed });
      expect(found).toEqual(await engine.gradients({ tokens, seed, sites: [site] }));
    }
  });

  it('without BOS have one row less', async () => {
    const shapeOf = async (bos: boolean) => (await gradients({ bos })).gradients[site]!.shape;
    const [[longer], [shorter]] = [await shapeOf(true), await shapeOf(false)];
    expect(shorter).toBe(longer! - 1);
  });

  it('change where norms or patterns are constant, and with edits', async () => {
    const at = 'blocks.0.hook_resid_pre';
    const first = async (more: object) => (await gradients({ sites: [at], ...more })).gradients[at]!.data;
    const plain = await first({});
    const scale = { site: 'blocks.1.hook_mlp_out', rows: [5], op: 'scale', alpha: 0.5 };
    for (const more of [{ frozen: ['norm'] }, { frozen: ['pattern'] }, { edits: [scale] }]) {
      const change = (await first(more)).map((x, i) => Math.abs(x - plain[i]!));
      expect(maxOf(change) / maxOf(plain.map(Math.abs))).toBeGreaterThan(0.01);
    }
  });

  it.each<[object, string]>([
    [
      { metric: 'rank' },
      "gradients: a metric without a gradient, got 'rank', expected 'logit' or 'logit-diff'",
    ],
    [
      { metric: 'p', distractor: ' Oslo' },
      "gradients: a distractor is part of a logit difference only, got metric 'p'",
    ],
    [{ answer: ' ' }, 'gradients: answer: is empty'],
    [{ answer: ' Paris', distractor: ' Paris' }, 'gradients: distractor: begins with the same token'],
    [{ sites: [] }, 'gradients: of no site, got an empty list, expected at least one.'],
    [{ sites: ['hook_nothing'] }, "hook site: unknown name, got 'hook_nothing'"],
    [{ sites: ['hook_tokens'] }, 'gradients of hook_tokens: it holds choices'],
    [{ frozen: ['values'] }, "gradients: cannot freeze this, got 'values', expected 'norm' or 'pattern'."],
    [{ tokens: [1, 2], seed: { mean: [] } }, 'gradients: seed: a mean over nothing'],
    [
      { tokens: [1, 2], seed: { mean: [{ row: 2, of: 'prob', token: 0 }] } },
      'gradients: seed: row out of range, got 2',
    ],
    [{ tokens: [1e9], seed: { mean: [{ row: 0, of: 'prob', token: 0 }] } }, 'the model has no embedding'],
  ])('refuse %j', async (change, sentence) => {
    await expect(gradients(change)).rejects.toThrow(sentence);
  });

  it('that are not finite do not leave the engine', async () => {
    const weights = [[5, 1e308]] as const;
    const seed: Seed = { mean: [1, 2, 3].map((row) => ({ row, of: 'logits', weights })) };
    const big = engine.gradients({ tokens: [0, 1, 2, 3], seed, sites: ['hook_embed'] });
    await expect(big).rejects.toThrow(
      new NotFiniteError(
        'the gradient at hook_embed is not finite, though the run is: it overflows on its way back from the seed. ' +
          'Use smaller numbers in the seed and the edits.',
      ),
    );
    const edits = [{ site: 'blocks.2.hook_mlp_out', rows: [1], op: 'scale', alpha: 1e308 }] as const;
    const overflowing = gradients({ edits });
    await expect(overflowing).rejects.toThrow(
      'logits are not finite, first at blocks.2.hook_mlp_out: the edit of blocks.2.hook_mlp_out',
    );
  });
});
