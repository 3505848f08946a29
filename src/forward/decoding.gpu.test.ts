import { beforeAll, describe, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../gpu/device';
import type { WeightFormat } from '../weights/chunks';
import { compareTensors } from './reference/compare';
import { ReferenceDecoding } from './reference/decoding';
import { createReferenceForward } from './reference/forward';
import type { DecodingEdit, DecodingTables } from './request/decoding';
import { GOLDEN_MODELS, type Golden, isVariant, loadGolden, loadGreedyCases, type ReadFile } from './testing';
import {
  argmax,
  BAR,
  decodingOnGpu,
  expectDecoded,
  greedy,
  longest,
  LOGITS,
  NEW,
  promptOf,
} from './testing/decoding';

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
});

const onGpu = (golden: Golden, format?: WeightFormat) => decodingOnGpu(golden, gpu, format);

describe.each(GOLDEN_MODELS.filter((name) => !isVariant(name)))('decoding of %s', (name) => {
  it('chooses the tokens of repeated full passes, of the GPU and of float64', () =>
    expectDecoded(name, gpu, read));
});

describe('texts whose length decides how their positions turn', () => {
  it('are decoded on either side of it, and not across it', async () => {
    const golden = await loadGolden('tiny-phi3-longrope', read);
    const all = longest(golden);
    const { decoding, full } = await onGpu(golden);
    for (const [prompt, steps] of [
      [all.slice(0, 5), 3],
      [all.slice(0, 9), 3],
    ] as const) {
      const request = { sequences: [{ prompt }], capacity: prompt.length + steps };
      const ours = await greedy(decoding(request), steps);
      for (const [step, logits] of ours.logits.entries())
        expect(await full({ tokens: [...prompt, ...ours.tokens.slice(0, step)] })).toEqual(logits);
    }
    expect(() => decoding({ sequences: [{ prompt: all.slice(0, 8) }], capacity: 9 })).toThrow(
      'generate: texts of more than 8 tokens rotate by other frequencies, got a prompt of 8 tokens and room for 9',
    );
  });

  it('are run side by side', async () => {
    const golden = await loadGolden('tiny-phi3-longrope', read);
    const all = longest(golden);
    const { together } = await onGpu(golden);
    const runs = [5, 12, 8, 9].map((T) => ({
      id: `${T}`,
      tokens: all.slice(0, T),
      captures: [{ site: LOGITS }],
    }));
    const ours = await together(runs);
    const reference = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
    const truth = await reference({ runs, reuse: 'naive' });
    for (const { id } of runs) {
      const [got, want] = [ours.runs[id]!, truth.runs[id]!].map((run) => run.captures[LOGITS]!.data);
      expect(compareTensors(got!, want!).relative, id).toBeLessThan(BAR);
    }
  });
});

describe("Hugging Face's greedy continuations", () => {
  it.each(['f32', 'f16'] as const)('are those of the GPU, weights as %s', async (format) => {
    const cases = await loadGreedyCases(read);
    for (const [name, all] of Object.entries(cases)) {
      const { decoding } = await onGpu(await loadGolden(name, read), format);
      for (const { prompt, continuation } of all) {
        const steps = continuation.length;
        const ours = decoding({ sequences: [{ prompt }], capacity: prompt.length + steps });
        expect((await greedy(ours, steps)).tokens, name).toEqual(continuation);
        ours.close();
      }
    }
  });
});

describe.each(['tiny-gemma2', 'tiny-a'])('tables while decoding %s', (name) => {
  const noise = { kind: 'noise', stream: 'mt19937-polar', seed: 3, scale: 0.5, draw: 0 } as const;
  const edit = (more: Omit<DecodingEdit, 'rows'> & Partial<DecodingEdit>): DecodingTables => ({
    edits: [{ rows: 'all', ...more }],
  });
  const scores = 'blocks.0.attn.hook_attn_scores';
  const pattern = 'blocks.1.attn.hook_pattern';
  const prompted = [0, 1, 2, 3, 4];
  const tables: Record<string, DecodingTables> = {
    'an edit at every position': edit({ site: 'blocks.1.hook_resid_pre', op: 'add', source: noise }),
    'an edit of generated positions': edit({
      site: 'blocks.0.attn.hook_v',
      rows: 'generated',
      op: 'scale',
      alpha: -1,
    }),
    'an edit of one position of the prompt and one to come': edit({
      site: 'blocks.0.hook_mlp_out',
      rows: [2, 7],
      op: 'add',
      source: noise,
    }),
    "an edit of one head's pattern": edit({
      site: pattern,
      head: 1,
      op: 'set',
      source: { kind: 'constant', value: 0 },
      columns: [1, 6],
    }),
    'an edit of scores': edit({ site: scores, head: 0, op: 'scale', alpha: 0.25 }),
    'a mask of generated queries': { masks: [{ layer: 1, queries: 'generated', keys: [1, 2] }] },
    'a prompt that sees all of itself': {
      masks: [{ layer: 0, queries: prompted, keys: prompted, op: 'allow' }],
    },
    'a reversed pattern': { rewrites: [{ layer: 0, queries: 'all', kind: 'reversed' }] },
    'a shuffled pattern': {
      rewrites: [{ layer: 1, head: 0, queries: 'generated', kind: 'shuffled', seed: 3 }],
    },
  };
  it.each(Object.keys(tables))('are those of a full pass: %s', async (which) => {
    const golden = await loadGolden(name, read);
    const prompt = longest(golden).slice(0, prompted.length);
    const capacity = prompt.length + NEW;
    const { decoding } = await onGpu(golden);
    const request = (own: DecodingTables) => ({ sequences: [{ prompt, ...own }], capacity });
    const edited = await greedy(decoding(request(tables[which]!)));
    const reference = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
    const truth = await greedy(new ReferenceDecoding(golden.spec, request(tables[which]!), reference));
    const errors = edited.logits.map((row, i) => compareTensors(row, truth.logits[i]!).relative);
    console.info(`${name}, ${which}: largest relative error ${Math.max(...errors).toExponential(1)}`);
    expect(edited.tokens).toEqual(truth.tokens);
    for (const error of errors) expect(error).toBeLessThan(BAR);
    const plain = await greedy(decoding(request({})));
    expect(plain.logits).not.toEqual(edited.logits);
  });

  it('with alpha 0 change no bit', async () => {
    const golden = await loadGolden(name, read);
    const prompt = longest(golden).slice(0, 5);
    const { decoding } = await onGpu(golden);
    const request = (list: DecodingEdit[]) => ({
      sequences: [{ prompt, edits: list }],
      capacity: prompt.length + NEW,
    });
    const nothing: DecodingEdit = {
      site: 'blocks.1.hook_resid_pre',
      rows: 'all',
      op: 'add',
      alpha: 0,
      source: noise,
    };
    expect(await greedy(decoding(request([nothing])))).toEqual(await greedy(decoding(request([]))));
  });
});

describe('sequences in lockstep', () => {
  it('of different length and edits are each what they are alone, also where prompts come in parts', async () => {
    const golden = await loadGolden('tiny-llama', read);
    const { decoding } = await onGpu(golden);
    const prompt = promptOf(golden);
    const edit: DecodingEdit = { site: 'blocks.0.hook_mlp_out', rows: 'all', op: 'scale', alpha: 0 };
    const sequences = [{ prompt }, { prompt: prompt.slice(0, 3) }, { prompt, edits: [edit] }];
    const capacity = prompt.length + NEW;
    const alone = [];
    for (const sequence of sequences) alone.push(await greedy(decoding({ sequences: [sequence], capacity })));
    for (const maxRows of [undefined, 4]) {
      const together = decoding({ sequences, capacity }, maxRows);
      let added: number[][] = [[], [], []];
      for (let step = 0; step < NEW; step++) {
        const logits = await together.extend(added);
        // The second sequence pauses from its third token on.
        for (const [s, row] of logits.entries()) {
          if (s === 1 && step > 2) expect(row).toBeNull();
          else expect(row).toEqual(alone[s]!.logits[step]);
        }
        added = alone.map(({ tokens }, s) => (s === 1 && step >= 2 ? [] : [tokens[step]!]));
      }
      together.close();
    }
  });

  it('with weights as packed halves choose what full passes choose', async () => {
    const golden = await loadGolden('tiny-qwen2', read);
    const { decoding, full } = await onGpu(golden, 'f16');
    const prompt = promptOf(golden);
    const ours = await greedy(decoding({ sequences: [{ prompt }], capacity: prompt.length + NEW }));
    for (const [step, token] of ours.tokens.entries()) {
      const whole = await full({ tokens: [...prompt, ...ours.tokens.slice(0, step)] });
      expect(argmax(whole)).toBe(token);
      expect(ours.logits[step]).toEqual(whole);
    }
  });
});
