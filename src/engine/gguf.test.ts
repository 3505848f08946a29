/** Compares the logits of tiny GGUF files of every architecture with transformers'. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { openSafetensors } from '../load/safetensors';
import { createNodeEngine } from './node';
import { inThisThread } from '../load/tokenizer/inThisThread';

const LOGITS = 'unembed.hook_out';
/** PyTorch's logits are float32; the worst error measured is 9e-6, with logits up to 15. */
const BAR = 5e-5;

const NAMES = ['llama', 'llama3', 'qwen2', 'gemma', 'gemma2', 'gemma3', 'gpt2', 'gpt_neox'];

it.each(NAMES)("tiny-%s.gguf gives transformers' logits", async (name) => {
  const read = async (end: string) =>
    new Blob([new Uint8Array(await readFile(`reference/goldens/gguf/tiny-${name}.${end}`))]);
  const engine = await createNodeEngine('reference', { startThread: inThisThread });
  const files = new Map([['x.gguf', await read('gguf')]]);
  await engine.open({ kind: 'files', title: name, files });
  const golden = await openSafetensors(await read('safetensors'), name);
  const tokens = [...(await golden.tensor('tokens')).data].map(Number);
  const want = (await golden.tensor('logits')).data;
  const got = (await engine.capture({ tokens, sites: [LOGITS] }))[LOGITS]!.data;
  expect(got).toHaveLength(want.length);
  const worst = got.reduce((most, logit, i) => Math.max(most, Math.abs(logit - want[i]!)), 0);
  expect(worst).toBeLessThan(BAR);
  await engine.close();
});
