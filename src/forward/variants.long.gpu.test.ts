/** Passes, interventions and decoding in the checkpoints that add an example of what others show, on the GPU. */
import { beforeAll, describe, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import { GOLDEN_MODELS, isVariant, type ReadFile } from './testing';
import { expectDecoded } from './testing/decoding';
import { editedModels, expectEdited, expectWritable, writtenModels } from './testing/edited';
import { expectForward } from './testing/onGpu';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

describe.each(GOLDEN_MODELS.filter(isVariant))('GPU forward of %s', (name) => {
  it('agrees with PyTorch at every hook site', () => expectForward(name, gpu, read));
});

describe.each(editedModels(true))('GPU $what of $name', (edited) => {
  it('agree with PyTorch, from scratch and reusing the base', () => expectEdited(edited, gpu, read));
});

describe.each(writtenModels(true))('every hook site of %s', (name) => {
  it('can be written: the GPU then says what the reference says, and something else than before', () =>
    expectWritable(name, gpu, read));
});

describe.each(GOLDEN_MODELS.filter(isVariant))('decoding of %s', (name) => {
  it('chooses the tokens of repeated full passes, of the GPU and of float64', () =>
    expectDecoded(name, gpu, read));
});
