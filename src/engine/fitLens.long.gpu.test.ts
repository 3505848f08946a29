/** A fit of Atlas on the GPU against TransformerLens. */
import { expect, it } from 'vitest';
import { inThisThread } from '../load/tokenizer/inThisThread';
import { goldenFit, goldenLens, lensError, matricesOf, openGolden } from './testing/goldenLens';

const read = async (path: string) => (await fetch(`/${path}`)).arrayBuffer();

it("Atlas's lens, of passages of facts, is TransformerLens's but for the rounding of its file", async () => {
  const engine = await openGolden('atlas', read, { gpu: navigator.gpu, startThread: inThisThread });
  const { lens } = await engine.fitLens('a', {
    title: 'facts',
    ...(await goldenFit('atlas', read)),
  });
  const error = lensError(await matricesOf(engine), await goldenLens('atlas', read));
  console.warn(`Atlas: largest relative error ${error.toExponential(1)}`);
  expect(lens).toMatchObject({ layers: [0, 1, 2, 3, 4], prompts: 4, skipFirst: 16 });
  // Halves have 11 bits.
  expect(error).toBeLessThan(2 ** -11 + 1e-4);
  await engine.close();
});
