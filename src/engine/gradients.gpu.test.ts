import { expect, it } from 'vitest';
import { inThisThread } from '../load/tokenizer/inThisThread';
import { goldenGradientError } from './testing/goldenGradients';

const read = async (path: string) => (await fetch(`/${path}`)).arrayBuffer();

it.each(['tiny-a'])("gradients of %s are PyTorch's, through the engine", async (name) => {
  const options = { gpu: navigator.gpu, startThread: inThisThread };
  const { error, at } = await goldenGradientError(name, read, options);
  console.warn(`${name}: largest relative error ${error.toExponential(1)} at ${at}`);
  expect(error, at).toBeLessThan(1e-4);
});
