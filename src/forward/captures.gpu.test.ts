/** Captures return the requested rows, heads and groups, for runs of different lengths. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import { compareTensors } from './reference/compare';
import { createReferenceForward } from './reference/forward';
import type { Capture, Run } from './request/types';
import type { ForwardRequest } from './request/contract';
import { loadGolden, type ReadFile } from './testing';
import { BAR, forward, onGpu } from './testing/onGpu';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

describe.each(['tiny-a', 'tiny-llama', 'tiny-bert'])('captures of %s', (name) => {
  const compared = async (asked: ForwardRequest) => {
    const golden = await loadGolden(name, read);
    const reference = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
    const ours = await forward(golden, await onGpu(golden, gpu), asked);
    const truth = await reference(asked);
    expect(Object.keys(ours.runs).sort()).toEqual(Object.keys(truth.runs).sort());
    for (const [id, { captures }] of Object.entries(truth.runs)) {
      expect(Object.keys(ours.runs[id]!.captures).sort()).toEqual(Object.keys(captures).sort());
      for (const [site, expected] of Object.entries(captures)) {
        const got = ours.runs[id]!.captures[site]!;
        expect(got.shape, `${id} ${site}`).toEqual(expected.shape);
        expect(compareTensors(got.data, expected.data).relative, `${id} ${site}`).toBeLessThan(BAR);
      }
    }
    return { ours: ours.runs, spec: golden.spec };
  };
  const SITES = ['pattern', 'attn_scores', 'z', 'q', 'k', 'v', 'result'].map((site) => `attn.hook_${site}`);
  const everywhere = (ask: Omit<Capture, 'site'>, sites = SITES): Capture[] =>
    [0, 1].flatMap((l) => sites.map((site) => ({ site: `blocks.${l}.${site}`, ...ask })));
  const runs = (captures: readonly Capture[]): Run[] => [
    { id: 'long', tokens: [1, 2, 3, 4, 5, 6, 7], captures },
    { id: 'one', tokens: [8], captures },
    { id: 'short', tokens: [3, 1, 4], captures },
    {
      id: 'edited',
      base: 'long',
      edits: [{ site: 'blocks.0.hook_resid_pre', rows: [2], op: 'scale', alpha: 3 }],
      captures,
    },
  ];

  it('of all heads, by runs of different lengths in one sweep', async () => {
    for (const reuse of ['wavefront', 'naive'] as const)
      await compared({ runs: runs([...everywhere({}), { site: 'blocks.1.hook_mlp_out' }]), reuse });
  });

  it('of chosen heads, in the order that was asked for', async () => {
    const { ours, spec } = await compared({
      runs: runs(everywhere({ heads: [1, 0] })),
      reuse: 'wavefront',
    });
    expect(ours.long!.captures['blocks.0.attn.hook_pattern']!.shape).toEqual([2, 7, 7]);
    expect(ours.long!.captures['blocks.0.attn.hook_z']!.shape).toEqual([7, 2, spec.dHead]);
  });

  it('of other heads and rows in every run', async () => {
    const asked = (id: string, i: number): Capture[] => [
      { site: 'blocks.1.attn.hook_pattern', heads: [i % 2] },
      { site: 'blocks.0.attn.hook_q', heads: [i % 2], rows: id === 'one' ? [0] : [2, 0] },
      { site: 'blocks.1.attn.hook_z', rows: [0] },
    ];
    await compared({
      runs: runs([]).map((run, i) => ({ ...run, captures: asked(run.id, i) })),
      reuse: 'wavefront',
    });
  });

  it('of groups of positions, with and without chosen heads', async () => {
    const square = SITES.slice(0, 2);
    for (const ask of [{ pool: 2 }, { pool: 3, heads: [1] }, { pool: 100 }])
      await compared({ runs: runs(everywhere(ask, square)), reuse: 'wavefront' });
  });
});
