import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loci } from './testing/fakes';
import { cpuTime } from '../util/testing';

const CONFIG = (vocab_size: number) => ({
  model_type: 'gpt2',
  architectures: ['GPT2LMHeadModel'],
  n_layer: 1,
  n_head: 1,
  n_embd: 8,
  n_positions: 16,
  layer_norm_epsilon: 1e-5,
  activation_function: 'gelu_new',
  vocab_size,
});

/** A folder with a model's small files but no weights. */
function folderOf(vocabulary: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'loci-tokens-'));
  const vocab: Record<string, number> = { a: 0, b: 1, c: 2, ab: 3, Ġ: 4, Ġab: 5 };
  const merges = ['a b', 'Ġ ab'];
  // 512 symbols, then pairs of them.
  const symbol = (i: number) => String.fromCharCode(0x4e00 + i);
  for (let i = 0, id = Object.keys(vocab).length; id < vocabulary; i++, id++) {
    const parts = i < 512 ? [symbol(i)] : [symbol((i - 512) >> 9), symbol((i - 512) & 511)];
    vocab[parts.join('')] = id;
    if (parts.length === 2) merges.push(parts.join(' '));
  }
  const tokenizer = {
    model: { type: 'BPE', vocab, merges },
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    decoder: { type: 'ByteLevel' },
  };
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(CONFIG(vocabulary)));
  return folder;
}

describe('loci tokens', () => {
  it('lists position, id and text, without an engine', async () => {
    const { out, requests } = await loci(['tokens', '--model', 'atlas', '--prompt', 'The capital of France']);
    expect(out).toBe('0\t0\t[BOS]\n1\t270\tThe\n2\t285\t·capital\n3\t265\t·of\n4\t788\t·France');
    expect(requests).toEqual([]);
    expect((await loci(['tokens', '--model', 'atlas', '--prompt', 'The', '--bos', 'off'])).out).toBe(
      '0\t270\tThe',
    );
  });

  it('reads the small files of a folder only', async () => {
    const { out, err, code } = await loci(['tokens', '--model', folderOf(6), '--prompt', 'ab ab']);
    expect({ out, err, code }).toEqual({ out: '0\t3\tab\n1\t5\t·ab', err: '', code: 0 });
  });

  it('is quick with 262,144 tokens', async () => {
    const folder = folderOf(2 ** 18);
    const began = cpuTime();
    const { out } = await loci(['tokens', '--model', folder, '--prompt', 'ab ab']);
    const seconds = (cpuTime() - began) / 1000;
    expect(out).toBe('0\t3\tab\n1\t5\t·ab');
    console.warn(`262,144 tokens: ${seconds.toFixed(2)} s`);
    expect(seconds).toBeLessThan(5);
  });

  it('says in one sentence what is missing', async () => {
    const { err, code } = await loci(['tokens', '--model', 'atlas', '--prompt', 'The', '--bos', 'yes']);
    expect(err).toBe("loci tokens: --bos: wrong value, got 'yes', expected on or off.\n");
    expect(code).toBe(2);
  });
});
