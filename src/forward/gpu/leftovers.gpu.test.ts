/** Buffers keep the last request's contents; this must not affect the next request. */
import { expect, it } from 'vitest';
import { type Gpu, openGpu } from '../../gpu/device';
import { expectSameBits } from '../../gpu/testing';
import { blockOutput, listSites } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { planDecoding } from '../plan/decoding';
import type { ForwardResult } from '../request/contract';
import type { Run } from '../request/types';
import { type ReadFile, loadGolden } from '../testing';
import { forward, onGpu } from '../testing/onGpu';
import { GpuDecoding } from './decoding';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

/** Returns a function that fills every storage buffer created from now on with NaN. */
function spoiler({ device }: Gpu): () => void {
  const made = new Set<GPUBuffer>();
  const create = device.createBuffer.bind(device);
  device.createBuffer = (asked) => {
    const buffer = create(asked);
    if (asked.usage & GPUBufferUsage.STORAGE) made.add(buffer);
    return buffer;
  };
  return () => {
    expect(made.size).toBeGreaterThan(0);
    for (const buffer of made)
      device.queue.writeBuffer(buffer, 0, new Float32Array(buffer.size / 4).fill(Number.NaN));
  };
}

/** A clean run with every site captured, a corrupted run, and one run per restored state. */
function runsOf(spec: ModelSpec, tokens: readonly number[]): Run[] {
  const last = tokens.length - 1;
  const asked = spec.head === 'none' ? {} : { metric: { row: last, answer: 1 } };
  const noise = { site: 'hook_embed', rows: [1], op: 'add', source: { kind: 'constant', value: 1 } } as const;
  const captures = listSites(spec).map(({ name: site }) => ({ site }));
  const restored = Array.from({ length: spec.nLayers }, (_, layer): Run => {
    const source = { kind: 'run', run: 'clean' } as const;
    const edits = [{ site: blockOutput(spec, layer), rows: [1], op: 'set', source } as const];
    return { id: `restored${layer}`, base: 'corrupted', edits, ...asked };
  });
  return [
    { id: 'clean', tokens, captures, ...asked },
    { id: 'corrupted', base: 'clean', edits: [noise], ...asked },
    ...restored,
  ];
}

function expectSame(actual: ForwardResult, expected: ForwardResult): void {
  for (const [id, { metric, captures }] of Object.entries(expected.runs)) {
    expect(actual.runs[id]!.metric, id).toEqual(metric);
    for (const [site, { data }] of Object.entries(captures))
      expectSameBits(actual.runs[id]!.captures[site]!.data, data, `${id}, ${site}`);
  }
}

const NAMES = ['tiny-a', 'tiny-llama', 'tiny-gemma3', 'tiny-bert'];

it.each(NAMES)('a request gives the same bits in spoiled buffers: %s', async (name) => {
  const gpu = await openGpu({ gpu: navigator.gpu });
  const golden = await loadGolden(name, read);
  const model = await onGpu(golden, gpu);
  const spoil = spoiler(gpu);
  const [tokens] = [...golden.cases.values()].slice(-1);
  for (const reuse of ['wavefront', 'naive'] as const) {
    const request = { runs: runsOf(golden.spec, tokens!), reuse };
    const fresh = await forward(golden, model, request);
    spoil();
    expectSame(await forward(golden, model, request), fresh);
  }
  gpu.destroy();
});

it('decoding gives the same bits in spoiled buffers', async () => {
  const gpu = await openGpu({ gpu: navigator.gpu });
  const golden = await loadGolden('tiny-a', read);
  const model = await onGpu(golden, gpu);
  const spoil = spoiler(gpu);
  const [prompt] = [...golden.cases.values()].slice(-1);
  const sequences = [prompt!.slice(0, 2), prompt!.slice(0, 4)].map((tokens) => ({ prompt: tokens }));
  const plan = planDecoding(golden.spec, { sequences, capacity: 8 }, gpu.limits);
  const logits = async (): Promise<Float32Array[]> => {
    const decoding = new GpuDecoding(plan, model);
    const steps = [await decoding.extend([[], []]), await decoding.extend([[1], [2]])];
    decoding.close();
    return steps.flat().map((row) => row!);
  };
  const fresh = await logits();
  spoil();
  for (const [i, row] of (await logits()).entries()) expectSameBits(row, fresh[i]!, `row ${i}`);
  gpu.destroy();
});
