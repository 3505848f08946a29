import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { compareTensors } from './reference/compare';
import {
  type DecodingEdit,
  type DecodingRequest,
  decodingRun,
  type DecodingTables,
} from './request/decoding';
import { planDecoding, planStep, stepRanges } from './plan/decoding';
import { ReferenceDecoding } from './reference/decoding';
import { createReferenceForward } from './reference/forward';
import { type Golden, type ReadFile, loadGolden, loadGreedyCases } from './testing';
import type { Run } from './request/types';

const read: ReadFile = async (path) => new Uint8Array(await readFile(path)).buffer;
const LOGITS = 'unembed.hook_out';
const NEW = 5;

const forwardOf = (golden: Golden) =>
  createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
const argmax = (logits: Float32Array): number => logits.indexOf(Math.max(...logits));

/** Compares each step of greedy decoding with a full pass over the tokens so far. */
async function expectFullPasses(
  golden: Golden,
  tables: DecodingTables,
  tablesAt: (T: number) => Pick<Run, 'edits' | 'masks' | 'rewrites'>,
): Promise<number[]> {
  const forward = forwardOf(golden);
  const prompt = [7, 3, 11, 5, 9];
  const request: DecodingRequest = {
    sequences: [{ prompt, ...tables }],
    capacity: prompt.length + NEW,
  };
  const decoding = new ReferenceDecoding(golden.spec, request, forward);
  const tokens: number[] = [];
  for (let step = 0; step < NEW; step++) {
    const [logits] = await decoding.extend([tokens.slice(-1)]);
    const all = [...prompt, ...tokens];
    const captures = [{ site: LOGITS, rows: [all.length - 1] }];
    const { runs } = await forward({
      runs: [{ id: 'a', tokens: all, captures, ...tablesAt(all.length) }],
      reuse: 'naive',
    });
    expect(compareTensors(logits!, runs.a!.captures[LOGITS]!.data).relative).toBe(0);
    tokens.push(argmax(logits!));
  }
  return tokens;
}

const upTo = (end: number, begin = 0) => Array.from({ length: end - begin }, (_, i) => begin + i);

describe.each([
  'tiny-a',
  'tiny-mistral',
  'tiny-gemma2',
  'tiny-gpt_neo',
  'tiny-gpt_neox',
  'tiny-qwen3',
  'tiny-qwen3_moe',
  'tiny-olmoe',
  'tiny-gpt_oss',
  'tiny-olmo-clip',
  'tiny-granite',
  'tiny-cohere2',
])('decoding of %s', (name) => {
  it('is greedy decoding by repeated full passes', async () => {
    await expectFullPasses(await loadGolden(name, read), {}, () => ({}));
  });

  it('applies edits as a full pass with the same edits does', async () => {
    const golden = await loadGolden(name, read);
    const plain = await expectFullPasses(golden, {}, () => ({}));
    const D = golden.spec.dModel;
    const push = {
      site: 'blocks.1.hook_resid_pre',
      op: 'add',
      source: { kind: 'vector', values: upTo(D).map((i) => 4 * Math.sin(i)) },
    } as const;
    const pushed = (rows: DecodingEdit['rows'], at: (T: number) => number[]) =>
      expectFullPasses(golden, { edits: [{ ...push, rows }] }, (T) => ({
        edits: at(T).length === 0 ? [] : [{ ...push, rows: at(T) }],
      }));
    expect(await pushed('all', (T) => upTo(T))).not.toEqual(plain);
    expect((await pushed('generated', (T) => upTo(T, 5)))[0]).toBe(plain[0]);
    await pushed([2, 6], (T) => [2, 6].filter((t) => t < T));
    const silence = { site: 'blocks.0.attn.hook_pattern', op: 'scale', alpha: 0, head: 1 } as const;
    await expectFullPasses(golden, { edits: [{ ...silence, rows: 'all' }] }, (T) => ({
      edits: [{ ...silence, rows: upTo(T) }],
    }));
  });

  it('applies masks and rewrites as a full pass with the same ones does', async () => {
    const golden = await loadGolden(name, read);
    const mask = { layer: 1, keys: [1, 2] };
    await expectFullPasses(golden, { masks: [{ ...mask, queries: 'generated' }] }, (T) => ({
      masks: T === 5 ? [] : [{ ...mask, queries: upTo(T, 5) }],
    }));
    // Attention within the prompt is bidirectional; generated tokens stay causal.
    const open = { layer: 0, queries: upTo(5), keys: upTo(5), op: 'allow' } as const;
    await expectFullPasses(golden, { masks: [open] }, () => ({ masks: [open] }));
    for (const kind of ['reversed', 'shuffled'] as const) {
      const rewrite = { layer: 0, head: 1, kind, ...(kind === 'shuffled' ? { seed: 3 } : {}) };
      await expectFullPasses(golden, { rewrites: [{ ...rewrite, queries: 'all' }] }, (T) => ({
        rewrites: [{ ...rewrite, queries: upTo(T) }],
      }));
    }
  });
});

const goldens = await loadGreedyCases(read);

/** The reference is slow; the GPU's test takes the full continuations. */
const FEW = 6;

describe.each(Object.keys(goldens))("Hugging Face's greedy continuations of %s", (name) => {
  it('are those of the reference', async () => {
    const golden = await loadGolden(name, read);
    for (const { prompt, continuation: whole } of goldens[name]!) {
      const continuation = whole.slice(0, FEW);
      const capacity = prompt.length + continuation.length;
      const decoding = new ReferenceDecoding(
        golden.spec,
        { sequences: [{ prompt }], capacity },
        forwardOf(golden),
      );
      const tokens: number[] = [];
      while (tokens.length < continuation.length) {
        const [logits] = await decoding.extend([tokens.slice(-1)]);
        tokens.push(argmax(logits!));
      }
      expect(tokens).toEqual(continuation);
    }
  });
});

describe('a decoding request', () => {
  const edit = (more: Partial<DecodingEdit>): DecodingEdit => ({
    site: 'blocks.0.hook_mlp_out',
    rows: 'all',
    op: 'set',
    source: { kind: 'constant', value: 0 },
    ...more,
  });
  const request = (more: Partial<DecodingEdit>): DecodingRequest => ({
    sequences: [{ prompt: [1, 2, 3], edits: [edit(more)] }],
    capacity: 6,
  });

  it('gives rows and columns numbers', async () => {
    const { spec } = await loadGolden('tiny-a', read);
    const rows = (more: Partial<DecodingEdit>) =>
      decodingRun(spec, request(more), 0).edits!.map(({ rows: at, columns }) => [at, columns]);
    expect(rows({})).toEqual([[[0, 1, 2, 3, 4, 5], undefined]]);
    expect(rows({ rows: 'generated' })).toEqual([[[3, 4, 5], undefined]]);
    // A query never sees a later key, whatever is written to it.
    expect(rows({ site: 'blocks.0.attn.hook_pattern', rows: [1, 4], columns: [2, 4] })).toEqual([
      [[4], [2, 4]],
    ]);
    expect(rows({ site: 'blocks.0.attn.hook_pattern', rows: [1] })).toEqual([[[1], [0, 2]]]);
  });

  it('is refused in one sentence where it cannot be done', async () => {
    const { spec } = await loadGolden('tiny-a', read);
    const options = { maxBindingBytes: 2 ** 27 };
    const refused = (more: Partial<DecodingEdit>) => () => planDecoding(spec, request(more), options);
    expect(refused({ site: 'hook_tokens' })).toThrow(/tokens are what is generated/);
    expect(refused({ source: { kind: 'run', run: 'a' } })).toThrow(/Capture the state first/);
    expect(refused({ site: 'blocks.0.attn.hook_pattern', source: { kind: 'vector', values: [1] } })).toThrow(
      /expected a constant/,
    );
    expect(refused({ rows: [6] })).toThrow(/row out of range, got 6, expected 0..5/);
    expect(refused({ site: 'blocks.0.attn.hook_pattern', columns: [0, 7] })).toThrow(/columns out of range/);
    const ahead = { masks: [{ layer: 0, queries: [1], keys: [4], op: 'allow' as const }] };
    const sequences = [{ prompt: [1, 2, 3], ...ahead }];
    expect(() => planDecoding(spec, { sequences, capacity: 6 }, options)).toThrow(
      'generate: mask of layer 0: lets a query see a later key that is generated, got key 4, expected keys of the prompt, below 3.',
    );
    const cuts = [{ senders: ['m0'], receiver: 'm1' }];
    const withCuts = { sequences: [{ prompt: [1, 2, 3], cuts }], capacity: 6 };
    expect(() => planDecoding(spec, withCuts, options)).toThrow(/edges are not cut while decoding/);
    const { spec: encoder } = await loadGolden('tiny-bert', read);
    expect(() => decodingRun(encoder, request({}), 0)).toThrow(/does not continue a text/);
  });
});

describe('a step', () => {
  it('computes new positions only, prompts in parts where they are many', async () => {
    const { spec } = await loadGolden('tiny-a', read);
    const prompt = [1, 2, 3, 4, 5];
    const sequences = [
      { prompt, edits: [] },
      { prompt: prompt.slice(0, 2), edits: [] },
    ];
    const plan = planDecoding(spec, { sequences, capacity: 8 }, { maxBindingBytes: 2 ** 27 });
    const parts = stepRanges(
      3,
      sequences.map(({ prompt: tokens }) => ({ tokens, filled: 0 })),
    );
    expect(parts.map((step) => step.map(({ begin, end, logits }) => [begin, end, logits]))).toEqual([
      [
        [0, 3, false],
        [0, 0, false],
      ],
      [
        [3, 5, true],
        [0, 1, false],
      ],
      [
        [5, 5, false],
        [1, 2, true],
      ],
    ]);
    const rows = (step: ReturnType<typeof planStep>) =>
      step.steps.flatMap(({ label, ...rest }) =>
        label === 'qkv' && 'params' in rest ? [rest.params.rows] : [],
      );
    expect(new Set(rows(planStep(plan, parts[0]!)))).toEqual(new Set([3]));
    const one = stepRanges(
      plan.maxRows,
      sequences.map(({ prompt: tokens }) => ({ tokens: [...tokens, 9], filled: tokens.length })),
    );
    expect(new Set(rows(planStep(plan, one[0]!)))).toEqual(new Set([2]));
  });
});
