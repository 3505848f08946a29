/** A visitor's own model, opened beside a finding of Atlas, answers at once; the finding stays. */
import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { ModelMenu } from './modelMenu';
import { test, uncaughtErrors, Workbench } from './workbench';

/** Grouped keys and values, another tokenizer, no card. */
const GGUF = 'reference/goldens/gguf/tiny-llama.gguf';

test('a model without a card opens on a prompt, runs it, and leaves the finding alone', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  const models = new ModelMenu(bench);
  await page.goto('./');
  await bench.ready();
  const finding = await bench.finding();
  const cells = await bench.readings('hidden');

  await models.show();
  await models.pick({
    name: 'tiny-llama.gguf',
    mimeType: 'application/octet-stream',
    buffer: await readFile(GGUF),
  });
  await models.opened('tiny-llama.gguf');
  await models.hide();
  await bench.ready();
  await expect(bench.handle('prompt-input')).not.toHaveValue('');
  await expect(bench.handle('choices')).toContainText('Chosen by Loci');
  await expect(bench.handle('question-problem')).toHaveText('');
  expect(await bench.finding()).toBe(finding);
  expect(await bench.readings('hidden')).toEqual(cells);

  await bench.handle('options').locator('> summary').click();
  await expect(bench.handle('noise-size')).toContainText(/3 sigma = .*, measured on \d+ names/);
  await page.keyboard.press('Escape');
  await bench.handle('prompt-input').fill('The capital of France is');
  await expect(bench.handle('choices')).toContainText("subject 'France'");
  await bench.ready();
  await bench.run();
  await expect(bench.handle('run')).toBeEnabled();
  expect(await bench.finding()).not.toBe(finding);
  expect(errors).toEqual([]);
});
