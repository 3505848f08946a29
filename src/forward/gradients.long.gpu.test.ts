/** The backward pass on the GPU, for the checkpoints that repeat what others show. */
import { beforeAll, describe, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import { GOLDEN_MODELS, type ReadFile } from './testing';
import { REPRESENTATIVES } from './testing/differences';
import { expectGradients } from './testing/gradientsOnGpu';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

describe.each(GOLDEN_MODELS.filter((name) => !REPRESENTATIVES.includes(name)))(
  'GPU gradients of %s',
  (name) => {
    it('are what the float64 reference says', () => expectGradients(name, gpu, read, console.warn));
  },
);
