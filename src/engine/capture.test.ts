/** Options of a capture besides its site: other prompts as sources, positions of tokens. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { inThisThread } from '../load/tokenizer/inThisThread';
import { createNodeEngine } from './node';

const LOGITS = 'unembed.hook_out';

it('takes rows of another prompt, and gives tokens other positions', async () => {
  const engine = await createNodeEngine('reference', { startThread: inThisThread });
  const file = new Blob([new Uint8Array(await readFile('reference/goldens/gguf/tiny-llama.gguf'))]);
  await engine.open({ kind: 'files', title: 'llama', files: new Map([['x.gguf', file]]) });
  const [tokens, other, site] = [[3, 1, 4, 1, 5], [9, 2, 6], 'blocks.0.hook_resid_post'];
  const logits = async (more: object) =>
    (await engine.capture({ tokens, sites: [LOGITS], ...more }))[LOGITS]!.data;
  const edit = (source: object) => ({ edits: [{ site, rows: [3], op: 'set', source }] });

  const stream = (await engine.capture({ tokens: other, sites: [site] }))[site]!;
  const values = [...stream.data.subarray(2 * stream.shape[1]!)];
  const byHand = await logits(edit({ kind: 'vector', values }));
  const prompts = { other };
  const patched = await logits({ prompts, ...edit({ kind: 'run', run: 'other', rows: [2] }) });
  for (const [i, logit] of byHand.entries()) expect(patched[i]).toBeCloseTo(logit, 4);
  const plain = await logits({});
  expect(patched).not.toEqual(plain);

  const shifted = await logits({ positions: [{ rows: [0, 1, 2, 3, 4], positions: [2, 3, 4, 5, 6] }] });
  for (const [i, logit] of plain.entries()) expect(shifted[i]).toBeCloseTo(logit, 4);
  expect(await logits({ positions: [{ rows: [1], positions: [6] }] })).not.toEqual(plain);
  await expect(logits({ prompts: { other: [1e9] } })).rejects.toThrow('the model has no embedding');
  await engine.close();
});
