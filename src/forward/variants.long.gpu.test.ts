/**
 * Interventions on the GPU in checkpoints that add another example of something already covered.
 */
import { beforeAll, describe, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import type { ReadFile } from './testing';
import { editedModels, expectEdited, expectWritable, writtenModels } from './testing/edited';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

describe.each(editedModels(true))('GPU $what of $name', (edited) => {
  it('agree with PyTorch, from scratch and reusing the base', () => expectEdited(edited, gpu, read));
});

describe.each(writtenModels(true))('every hook site of %s', (name) => {
  it('can be written: the GPU then says what the reference says, and something else than before', () =>
    expectWritable(name, gpu, read));
});
