/** Traces of ten draws and of the naive loop in a larger model, and of checkpoints that add an example. */
import { describe, expect, it } from 'vitest';
import { isVariant } from '../forward/testing';
import { expectEqualCells, expectReused, expectScripted, openTraces, specOf } from './testing/goldenTraces';

const traces = await openTraces(async (path) => (await fetch(`/${path}`)).arrayBuffer());
const { rome, load, trace } = traces;

describe('a trace', () => {
  it('agrees with the PyTorch script in every cell: atlas-rome-10', () =>
    expectScripted(traces, 'atlas-rome-10'));

  it('is the same as wavefront and naive loop on Atlas', async () => {
    const at = await load('atlas');
    const spec = specOf({ ...(await rome('atlas-symmetric-1')), samples: 1 });
    expectEqualCells('atlas', await trace(at, spec, 'naive'), await trace(at, spec, 'wavefront'));
  });
});

const VARIANTS = [
  'tiny-mistral',
  'tiny-qwen3_moe',
  'tiny-olmoe',
  'tiny-stablelm-parallel',
  'tiny-falcon-new',
  'tiny-xlm-roberta',
  'tiny-roberta-classifier',
];

describe('a trace in variants of other architectures', () => {
  it.each(VARIANTS)('is the same as wavefront, forced wavefront and naive loop: %s', (name) => {
    expect(isVariant(name)).toBe(true);
    return expectReused(traces, name);
  });
});
