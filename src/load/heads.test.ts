/** Unembeddings that are unusual or differ from the config, compared with transformers' logits. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createReferenceForward } from '../forward/reference/forward';
import { familyOf } from '../model/families';
import { diskFolder } from './disk';
import { openTensorFile } from './safetensors';
import { checkpointWeights } from './weights';

const heads = join(import.meta.dirname, '../../reference/loading/heads');
const WEIGHTS = 'model.safetensors';

it.each([
  ['tied-with-two-matrices', false, /both are used\.$/],
  ['tied-under-the-other-name', true, null],
  ['bert-with-a-decoder-of-its-own', false, null],
])('%s', async (name, tied, note) => {
  const read = (file: string) => JSON.parse(readFileSync(join(heads, name, file), 'utf8'));
  const config = read('config.json');
  const family = familyOf(config);
  const file = await openTensorFile((await diskFolder(join(heads, name)).openFile(WEIGHTS))!, WEIGHTS);
  const { spec, slots, notes, get } = checkpointWeights([file], family, family.parseConfig(config), WEIGHTS);
  expect(spec.tied).toBe(tied);
  if (note) expect(notes).toEqual([expect.stringMatching(note)]);
  else expect(notes).toEqual([]);
  const values = new Map<string, Float32Array>();
  for (const slot of slots) values.set(slot.name, await get(slot.name));
  const forward = createReferenceForward(spec, (slot) => values.get(slot)!);
  const { tokens, logits } = read('logits.json') as { tokens: number[]; logits: number[][] };
  const site = 'unembed.hook_out';
  const { runs } = await forward({ runs: [{ id: 'run', tokens, captures: [{ site }] }], reuse: 'naive' });
  const got = runs.run!.captures[site]!.data;
  const largest = Math.max(...logits.flat().map(Math.abs));
  // transformers computes in 32 bits; a wrong head would be off by a whole logit.
  logits.flat().forEach((logit, i) => {
    expect(Math.abs(got[i]! - logit) / largest).toBeLessThan(2e-6);
  });
});
