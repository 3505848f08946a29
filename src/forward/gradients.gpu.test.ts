/** The backward pass on the GPU: unedited runs, and one with every edit, at every hook site. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import { sampleId } from './request/samples';
import { loadGolden, type ReadFile } from './testing';
import { maxOf } from '../util/lists';
import { continuousSites, REPRESENTATIVES } from './testing/differences';
import { expectGradients } from './testing/gradientsOnGpu';
import { forward, onGpu } from './testing/onGpu';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

describe.each(REPRESENTATIVES)('GPU gradients of %s', (name) => {
  it('are what the float64 reference says', () => expectGradients(name, gpu, read, console.warn));
});

describe.each(['tiny-a', 'tiny-llama', 'tiny-gemma2'])('GPU gradients of %s', (name) => {
  it('of a prompt beside longer ones are those of the prompt alone', async () => {
    const golden = await loadGolden(name, read);
    const model = await onGpu(golden, gpu);
    const tokens = [3, 14, 15, 9, 26, 5, 7];
    const of = continuousSites(golden.spec).map(({ name: site }) => ({ site }));
    const runs = [7, 3, 5].map((length) => {
      const seed = { mean: [{ row: length - 1, of: 'logProb' as const, token: 5 }] };
      return { id: `${length}`, tokens: tokens.slice(0, length), gradients: { seed, of } };
    });
    const together = await forward(golden, model, { runs, reuse: 'wavefront' });
    let worst = 0;
    for (const run of runs) {
      const alone = await forward(golden, model, { runs: [run], reuse: 'wavefront' });
      for (const [site, { data: wanted }] of Object.entries(alone.runs[run.id]!.gradients!)) {
        const { data } = together.runs[run.id]!.gradients![site]!;
        const largest = maxOf([...wanted].map(Math.abs), 1e-6);
        const error = maxOf([...data].map((value, i) => Math.abs(value - wanted[i]!))) / largest;
        expect(error, `${run.id} tokens, ${site}`).toBeLessThan(1e-5);
        worst = Math.max(worst, error);
      }
    }
    console.log(
      `${name}: prompts of 7, 3 and 5 tokens together, largest difference ${worst.toExponential(1)}`,
    );
  });
});

describe.each(['tiny-a', 'tiny-llama', 'tiny-phi3-longrope'])('GPU gradients of %s', (name) => {
  it('of samples that share a forward pass are those of each alone', async () => {
    const golden = await loadGolden(name, read);
    const model = await onGpu(golden, gpu);
    const { spec } = golden;
    const tokens = [3, 14, 15, 9, 26, 5, 7, 1, 2];
    const of = continuousSites(spec).map(({ name: site }) => ({ site }));
    const last = `blocks.${spec.nLayers - 1}.hook_mlp_out`;
    const seedOf = (column: number, row: number) => ({ site: last, rows: [2, row], column });
    // Nine tokens are beyond the shorter table of a long rope.
    const runs = [9, 5].map((length) => {
      const gradients = { seed: seedOf(4, length - 1), of };
      return { id: `${length}`, tokens: tokens.slice(0, length), samples: [0, 3] as const, gradients };
    });
    const scalar = { mean: [{ row: 3, of: 'logProb' as const, token: 5 }] };
    const ofLogits = { id: 'logits', tokens, samples: [0, 2] as const, gradients: { seed: scalar, of } };
    const request = { runs: [...runs, ofLogits], reuse: 'wavefront' as const };
    const together = await forward(golden, model, request);
    const asked = [
      ...runs.flatMap(({ id, tokens: own }) =>
        [0, 1, 2].map((s) => ({ id, s, own, seed: seedOf(4 + s, own.length - 1) })),
      ),
      ...[0, 1].map((s) => ({ id: 'logits', s, own: tokens, seed: scalar })),
    ];
    for (const { id, s, own, seed } of asked) {
      const one = { id: 'one', tokens: own, gradients: { seed, of } };
      const alone = await forward(golden, model, { runs: [one], reuse: 'naive' });
      const { gradients } = together.runs[sampleId(id, s)]!;
      for (const [site, { data }] of Object.entries(alone.runs.one!.gradients!)) {
        const largest = maxOf([...data].map(Math.abs), 1e-6);
        const got = gradients![site]!.data;
        const error = maxOf([...data].map((value, i) => Math.abs(value - got[i]!))) / largest;
        // The largest is 0: the same sums in the same order.
        expect(error, `${id}, sample ${s}, ${site}`).toBeLessThan(1e-5);
      }
    }
  });
});
