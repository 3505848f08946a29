/** Cases of NaN and infinity with the expected messages, on the GPU and in the reference. */
import { expect, it } from 'vitest';
import type { ReadFile } from '../../forward/testing';
import type { Edit } from '../../forward/request/types';
import type { Engine } from '../api';
import { createEngine, type EngineOptions } from '../engine';
import { NotFiniteError } from '../finite';
import { brokenFolder, type Damage } from './brokenModel';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const TOKENS = [5, 9, 3, 12, 7];
const GOLDENS = 'reference/goldens';

interface Case extends Damage {
  readonly model: string;
  /** The text after 'logits are not finite, first at '. */
  readonly first: string;
}

const CASES: readonly Case[] = [
  {
    model: 'tiny-a',
    tensor: 'transformer.h.1.ln_1.weight',
    begin: 4,
    value: nan,
    first: 'blocks.1.ln1: weight has 1 NaN',
  },
  {
    model: 'tiny-a',
    tensor: 'transformer.h.0.attn.c_attn.bias',
    end: 3,
    value: infinity,
    first: 'blocks.0.attn: b_QKV has 3 infinite numbers',
  },
  {
    model: 'tiny-opt',
    tensor: 'model.decoder.layers.1.fc1.weight',
    value: nan,
    first: 'blocks.1.mlp: W_in has 1 NaN',
  },
  {
    model: 'tiny-llama-untied',
    tensor: 'model.embed_tokens.weight',
    begin: 3 * 24,
    value: nan,
    first: 'embed: W_E has 1 NaN',
  },
  {
    model: 'tiny-llama-untied',
    tensor: 'lm_head.weight',
    begin: 50 * 24,
    value: nan,
    first: 'unembed: W_U has 1 NaN',
  },
  {
    model: 'tiny-gemma2',
    tensor: 'model.layers.2.post_feedforward_layernorm.weight',
    value: nan,
    first: 'blocks.2.ln2_post: weight has 1 NaN',
  },
  {
    model: 'tiny-qwen3',
    tensor: 'model.layers.0.self_attn.k_norm.weight',
    value: infinity,
    first: 'blocks.0.attn.k_norm: weight has 1 infinite number',
  },
  {
    model: 'tiny-mixtral',
    tensor: 'model.layers.1.block_sparse_moe.gate.weight',
    begin: 2 * 22,
    value: nan,
    first: 'blocks.1.mlp: W_gate has 1 NaN',
  },
  {
    model: 'tiny-olmo-clip',
    tensor: 'model.layers.1.self_attn.v_proj.bias',
    value: infinity,
    first: 'blocks.1.attn: b_QKV has 1 infinite number',
  },
];

/** Defines tests for an engine with these `options`; `largest` is close to its largest number. */
export function testNotFinite(read: ReadFile, options: EngineOptions, largest: number): void {
  const open = async (model: string, damages: readonly Damage[] = []): Promise<Engine> => {
    const folder = () => brokenFolder(`${GOLDENS}/${model}`, read, damages);
    const engine = createEngine({ ...options, folder });
    await engine.open({ kind: 'files', title: model, files: new Map() });
    return engine;
  };

  it.each(CASES)('$model with $value in $tensor', async ({ model, first, ...damage }) => {
    const engine = await open(model, [damage]);
    const sentence = `logits are not finite, first at ${first} (tensor ${damage.tensor}). Use another copy of the model.`;
    await expect(engine.predict(TOKENS, 3)).rejects.toThrow(new NotFiniteError(sentence));
    await expect(engine.lens(TOKENS)).rejects.toThrow(first);
    const generating = engine.generate('g', { tokens: TOKENS.slice(0, 3), maxNew: 2, sampling: 'greedy' });
    await expect(generating).rejects.toThrow(first);
    await expect(engine.verify(TOKENS, 'reference')).rejects.toThrow(`first at ${first}`);
    await engine.close();
  });

  it('a weight that the prompt does not use is no harm', async () => {
    const damage = { tensor: 'model.embed_tokens.weight', begin: 20 * 24, end: 21 * 24, value: nan };
    const [sound, engine] = [await open('tiny-llama-untied'), await open('tiny-llama-untied', [damage])];
    expect(await engine.predict(TOKENS, 5)).toEqual(await sound.predict(TOKENS, 5));
    const alone = await engine.capture({ tokens: TOKENS, sites: ['blocks.0.attn.hook_attn_scores'] });
    expect(Object.keys(alone)).toHaveLength(1);
    await Promise.all([sound.close(), engine.close()]);
  });

  it('an encoder says it of what it gives', async () => {
    const damage = { tensor: 'encoder.layer.1.output.dense.bias', value: nan };
    const engine = await open('tiny-bert-encoder', [damage]);
    await expect(engine.embedding(TOKENS)).rejects.toThrow(
      'blocks.1.hook_normalized_resid_post is not finite, first at blocks.1.mlp: b_out has 1 NaN',
    );
    await engine.close();
  });

  it('an edit that leaves the floats is named, whatever it does', async () => {
    const engine = await open('tiny-a');
    const rows = TOKENS.map((_, t) => t);
    const capture = (edit: Omit<Edit, 'rows' | 'site'>, site = 'blocks.0.hook_resid_post') =>
      engine.capture({ tokens: TOKENS, sites: ['unembed.hook_out'], edits: [{ site, rows, ...edit }] });
    const noise = { kind: 'noise', stream: 'mt19937-polar', seed: 1, scale: largest, draw: 0 } as const;
    const name = largest.toExponential();
    await expect(capture({ op: 'add', alpha: 10, source: noise }, 'hook_embed')).rejects.toThrow(
      `logits are not finite, first at hook_embed: the edit of hook_embed (add, alpha 10, noise of ${name}) overflows. Use smaller numbers.`,
    );
    const steering = { op: 'add', alpha: 20, source: { kind: 'constant', value: largest } } as const;
    await expect(capture(steering)).rejects.toThrow(
      `the edit of blocks.0.hook_resid_post (add, alpha 20, ${name}) overflows`,
    );
    const twice = { op: 'scale', alpha: largest } as const;
    await expect(capture(twice, 'blocks.1.attn.hook_v')).rejects.toThrow(`(scale by ${name}) overflows`);
    await engine.close();
  });

  it('a draw of noise that leaves the floats is named', async () => {
    const engine = await open('tiny-a');
    const question = {
      version: 1,
      kind: 'causal-trace',
      prompt: '',
      tokens: TOKENS,
      subject: { begin: 1, end: 3 },
      model: { id: 'golden', revision: 'local' },
      bos: false,
      answer: { id: 1 },
      corruption: {
        type: 'noise',
        rule: `${largest}`,
        sigma: largest,
        factor: 1,
        samples: 3,
        seed: 1,
        stream: 'mt19937-polar',
      },
      metric: 'p',
      direction: 'restore',
      kinds: ['mlp'],
      window: {
        rule: 'fixed',
        size: 1,
        layers: [
          [0, 1],
          [1, 2],
        ],
      },
      groups: [],
    };
    await expect(engine.run('draws', question)).rejects.toThrow(
      /^logits are not finite, first at .*: the edit of hook_embed \(add, noise of .*\) overflows\./,
    );
    await engine.close();
  });

  it('a message does not name runs that the user did not ask for', async () => {
    const engine = await open('tiny-a');
    await expect(engine.capture({ tokens: new Array(40).fill(1), sites: ['hook_embed'] })).rejects.toThrow(
      new Error('prompt too long, got 40 tokens, expected at most 16. Shorten the prompt.'),
    );
    const edits = [{ site: 'hook_embed', rows: [9], op: 'scale', alpha: 2 }] as const;
    await expect(engine.capture({ tokens: TOKENS, sites: ['hook_embed'], edits })).rejects.toThrow(
      /^edit of hook_embed: row out of range, got 9, expected 0\.\.4/,
    );
    await engine.close();
  });

  it('an edit that replaces what is not finite is no harm', async () => {
    const damage = { tensor: 'transformer.h.0.mlp.c_proj.bias', value: nan };
    const engine = await open('tiny-a', [damage]);
    const rows = TOKENS.map((_, t) => t);
    const edit = {
      site: 'blocks.0.hook_mlp_out',
      rows,
      op: 'set',
      source: { kind: 'constant', value: 0 },
    } as const;
    const { 'unembed.hook_out': logits } = await engine.capture({
      tokens: TOKENS,
      sites: ['unembed.hook_out'],
      edits: [edit],
    });
    expect(logits!.data.every(Number.isFinite)).toBe(true);
    await engine.close();
  });
}
