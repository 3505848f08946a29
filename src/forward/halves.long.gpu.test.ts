/** Every golden model with packed halves as weights. */
import { beforeAll, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import { GOLDEN_MODELS, type ReadFile } from './testing';
import { expectHalves } from './testing/onGpu';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

it.each(GOLDEN_MODELS)('%s', (name) => expectHalves(name, gpu, read));
