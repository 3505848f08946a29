/** The backward pass on the GPU: unedited runs, and one with every edit, at every hook site. */
import { beforeAll, describe, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import type { ReadFile } from './testing';
import { REPRESENTATIVES } from './testing/differences';
import { expectGradients } from './testing/gradientsOnGpu';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

describe.each(REPRESENTATIVES)('GPU gradients of %s', (name) => {
  it('are what the float64 reference says', () => expectGradients(name, gpu, read, console.warn));
});
