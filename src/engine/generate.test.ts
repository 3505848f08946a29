import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Decoding, DecodingEdit } from '../forward/request/decoding';
import { ReferenceDecoding } from '../forward/reference/decoding';
import { createReferenceForward } from '../forward/reference/forward';
import { type ReadFile, loadGolden } from '../forward/testing';
import type { GeneratedToken, GenerateRequest } from './api';
import { generateTokens, type GeneratingModel } from './generate';

const read: ReadFile = async (path) => new Uint8Array(await readFile(path)).buffer;

async function tinyModel(name = 'tiny-mistral'): Promise<GeneratingModel> {
  const { spec, weights } = await loadGolden(name, read);
  const forward = createReferenceForward(spec, (weight) => weights.get(weight)!);
  return {
    nCtx: spec.nCtx,
    eos: null,
    decode: (id) => `<${id}>`,
    decodeAll: (ids) => ids.join(' '),
    decoding: (request) => new ReferenceDecoding(spec, request, forward),
  };
}

/** A model of three tokens that always prefers token 1, then token 2 after `eosAt` steps. */
function scripted(
  eosAt = Infinity,
): GeneratingModel & { calls: (readonly (readonly number[])[])[]; closed: boolean } {
  const model = {
    calls: [] as (readonly (readonly number[])[])[],
    closed: false,
    nCtx: 100,
    eos: 2,
    decode: (id: number) => 'abc'[id]!,
    decodeAll: (ids: readonly number[]) => ids.map((id) => 'abc'[id]).join(''),
    decoding: (): Decoding => ({
      extend: async (added) => {
        model.calls.push(added);
        const wanted = model.calls.length > eosAt ? 2 : 1;
        return added.map(() => Float32Array.from([0, 1, 2], (id) => (id === wanted ? 2 : 0)));
      },
      close: () => {
        model.closed = true;
      },
    }),
  };
  return model;
}

const ids = (tokens: readonly { readonly id: number }[]): number[] => tokens.map(({ id }) => id);
const ask = (more: Partial<GenerateRequest> = {}): GenerateRequest => ({
  tokens: [7, 3, 11, 5, 9],
  maxNew: 6,
  sampling: 'greedy',
  ...more,
});
const sampled = (seed: number) => ({ temperature: 1.5, topK: 20, topP: 0.95, seed });

describe('generateTokens', () => {
  it('gives every token with its probability and the most likely ones, as it is chosen', async () => {
    const seen: GeneratedToken[] = [];
    const [sequence] = await generateTokens(ask(), await tinyModel(), (token) => seen.push(token));
    expect(sequence!.tokens).toEqual(seen);
    expect(seen.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(sequence!.text).toBe(ids(seen).join(' '));
    expect(sequence!.stopped).toBe('length');
    for (const { id, p, logit, drawn, top } of seen) {
      expect(drawn).toBe(1);
      expect(top[0]).toEqual({ id, p, logit, text: `<${id}>` });
      expect(top).toHaveLength(5);
      for (const [i, row] of top.entries()) expect(row.p).toBeLessThanOrEqual(top[i - 1]?.p ?? 1);
    }
  });

  it('samples the same with the same seed, whatever is generated beside it', async () => {
    const model = await tinyModel();
    const request = ask({ sampling: sampled(5) });
    const [alone] = await generateTokens(request, model);
    const many = await generateTokens({ ...request, sequences: 3 }, model);
    expect(many[0]).toEqual(alone);
    expect(new Set(many.map(({ text }) => text)).size).toBe(3);
    const [other] = await generateTokens(ask({ sampling: sampled(6) }), model);
    expect(other!.text).not.toBe(alone!.text);
    // A shorter generation is a prefix of the longer one.
    const [short] = await generateTokens({ ...request, maxNew: 3 }, model);
    expect(short!.tokens).toEqual(alone!.tokens.slice(0, 3));
  });

  it('applies edits; those with alpha 0 change nothing', async () => {
    const model = await tinyModel();
    const edit = (alpha: number): DecodingEdit => ({
      site: 'blocks.1.hook_resid_pre',
      rows: 'all',
      op: 'add',
      alpha,
      source: { kind: 'noise', stream: 'mt19937-polar', seed: 3, scale: 3, draw: 0 },
    });
    const plain = await generateTokens(ask(), model);
    expect(await generateTokens(ask({ edits: [edit(0)] }), model)).toEqual(plain);
    expect(await generateTokens(ask({ edits: [edit(1)] }), model)).not.toEqual(plain);
  });

  it('contrasts two branches that are given the same tokens', async () => {
    const model = await tinyModel();
    const edits: DecodingEdit[] = [
      { site: 'blocks.0.attn.hook_pattern', rows: 'all', op: 'scale', alpha: 0 },
    ];
    const plain = await generateTokens(ask(), model);
    const contrasted = (gamma: number, epsilon: number, other = edits) =>
      generateTokens(ask({ contrast: { gamma, epsilon, edits: other } }), model);
    // Equal to the plain model: gamma 0; an ineffective counterfactual; epsilon 1 when greedy.
    const tokens = (result: typeof plain) => ids(result[0]!.tokens);
    const unfiltered = await contrasted(0, 1e-12);
    expect(unfiltered).toEqual(plain);
    expect(tokens(await contrasted(0.5, 0.1, []))).toEqual(tokens(plain));
    expect(tokens(await contrasted(2, 1))).toEqual(tokens(plain));
    const pushed = await contrasted(5, 1e-12);
    expect(tokens(pushed)).not.toEqual(tokens(plain));
    // Recomputes each step: both branches read the chosen tokens.
    const chosen = tokens(pushed);
    for (const [step, id] of chosen.entries()) {
      const all = [...ask().tokens, ...chosen.slice(0, step)];
      const both = model.decoding({
        sequences: [[], edits].map((list) => ({ prompt: all, edits: list })),
        capacity: all.length,
      });
      const [l, cf] = await both.extend([[], []]);
      const combined = Array.from(l!, (x, v) => 6 * x - 5 * cf![v]!);
      expect(combined.indexOf(Math.max(...combined))).toBe(id);
    }
  });

  it('ends a sequence at the end-of-text token, which is not in its text', async () => {
    const model = scripted(2);
    const [sequence] = await generateTokens(ask(), model);
    expect([ids(sequence!.tokens), sequence!.text, sequence!.stopped]).toEqual([[1, 1, 2], 'bb', 'eos']);
    expect(model.calls).toEqual([[[]], [[1]], [[1]]]);
    expect(model.closed).toBe(true);
    const [longer] = await generateTokens(ask({ stopAtEos: false }), scripted(2));
    expect(longer!.tokens).toHaveLength(6);
  });

  it('gives nothing more to a sequence that has ended', async () => {
    const model = scripted();
    const sampling = { temperature: 1, seed: 3 };
    const sequences = await generateTokens(ask({ sampling, sequences: 4, maxNew: 12 }), model);
    const lengths = sequences.map(({ tokens }) => tokens.length);
    expect(Math.min(...lengths)).toBeLessThan(Math.max(...lengths));
    for (const [s, length] of lengths.entries()) {
      for (const added of model.calls.slice(length)) expect(added[s]).toEqual([]);
      for (const added of model.calls.slice(1, length)) expect(added[s]).toHaveLength(1);
    }
  });

  it('stops within one token when cancelled', async () => {
    const controller = new AbortController();
    const model = scripted();
    const seen: GeneratedToken[] = [];
    const generation = generateTokens(
      ask({ maxNew: 50 }),
      model,
      (token) => {
        seen.push(token);
        if (token.step === 3) controller.abort();
      },
      controller.signal,
    );
    await expect(generation).rejects.toThrow(/cancelled/);
    expect(seen).toHaveLength(4);
    expect(model.calls.length).toBeLessThanOrEqual(5);
    expect(model.closed).toBe(true);
  });

  it('refuses in one sentence what cannot be', async () => {
    const model = await tinyModel();
    const refused = (more: Partial<GenerateRequest>) => generateTokens(ask(more), model);
    await expect(refused({ maxNew: 8 })).rejects.toThrow(
      'generate: too long, got a prompt of 5 tokens and 8 new ones, expected at most 12 together. Ask for fewer, or shorten the prompt.',
    );
    await expect(refused({ maxNew: 0 })).rejects.toThrow(/maxNew out of range, got 0/);
    await expect(refused({ sequences: 1.5 })).rejects.toThrow(/sequences out of range/);
    await expect(refused({ tokens: [] })).rejects.toThrow(/no tokens/);
    await expect(refused({ tokens: [1e6] })).rejects.toThrow(/token id out of range/);
    await expect(refused({ sampling: { temperature: -1, seed: 0 } })).rejects.toThrow(/temperature/);
  });
});
