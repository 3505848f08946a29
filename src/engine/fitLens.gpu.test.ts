/** Fits on the GPU against TransformerLens and PyTorch. */
import { expect, it } from 'vitest';
import { inThisThread } from '../load/tokenizer/inThisThread';
import {
  FITTED,
  goldenFit,
  goldenLens,
  lensError,
  matricesOf,
  openGolden,
  PLAIN,
} from './testing/goldenLens';

const read = async (path: string) => (await fetch(`/${path}`)).arrayBuffer();
const open = (name: string) => openGolden(name, read, { gpu: navigator.gpu, startThread: inThisThread });

it.each([...FITTED, ...PLAIN])('a lens of %s', async (name) => {
  const engine = await open(name);
  await engine.fitLens('a', { title: 'random tokens', ...(await goldenFit(name, read)) });
  const error = lensError(await matricesOf(engine), await goldenLens(name, read));
  console.warn(`${name}: largest relative error ${error.toExponential(1)}`);
  expect(error).toBeLessThan(1e-4);
  await engine.close();
});
