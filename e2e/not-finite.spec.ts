import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { ModelMenu } from './modelMenu';
import { test, uncaughtErrors, Workbench } from './workbench';

const ATLAS = 'public/models/atlas';

/** Atlas as files, with NaN as the first weight of `tensor`. */
async function brokenAtlas(tensor: string) {
  const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'loci.json', 'facts.json'];
  const files = await Promise.all(
    names.map(async (name) => ({ name, buffer: await readFile(`${ATLAS}/${name}`) })),
  );
  const weights = await readFile(`${ATLAS}/model.safetensors`);
  const length = Number(weights.readBigUInt64LE(0));
  const header = JSON.parse(weights.toString('utf8', 8, 8 + length));
  weights.writeUInt16LE(0x7e00, 8 + length + header[tensor].data_offsets[0]);
  return [...files, { name: 'model.safetensors', buffer: weights }].map((file) => ({
    ...file,
    mimeType: 'application/octet-stream',
  }));
}

test('a model with a NaN says which weight, and the finding before stays', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  const errors = uncaughtErrors(page);
  const models = new ModelMenu(bench);
  const before = await bench.finding();
  await models.show();
  await models.pick(await brokenAtlas('transformer.h.3.ln_1.weight'));
  await expect(models.menu).toContainText('blocks.3.ln1.w: has 1 NaN');
  await models.hide();

  await bench.handle('prompt-input').fill('The capital of Kenya is');
  const sentence = 'logits are not finite, first at blocks.3.ln1: weight has 1 NaN';
  await expect(page.getByText(sentence).first()).toBeVisible();
  expect(await bench.finding()).toBe(before);
  await expect(page.getByText('NaN %')).toHaveCount(0);
  expect(errors).toEqual([]);
});
