import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { Workbench } from './workbench';

const ATLAS = 'public/models/atlas';
const FILES = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];
const PROMPT = 'The capital of France is';

test('a folder of files opens as a model and answers', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('/');
  await bench.ready();
  await bench.handle('model-menu').locator('summary').click();
  await page.getByLabel('Files', { exact: true }).setInputFiles(FILES.map((name) => `${ATLAS}/${name}`));
  await expect(bench.handle('model-menu')).toContainText('local files', { timeout: 60_000 });
  await expect(bench.handle('model-menu')).toContainText('not given by the model');
  await page.keyboard.press('Escape');
  await bench.handle('prompt-input').fill(PROMPT);
  await expect(bench.handle('next-tokens')).toContainText('Paris');
});

test('a hub id opens through a mirror; one that is not there says so and leaves Atlas open', async ({
  page,
}) => {
  const bench = new Workbench(page);
  await page.route('https://mirror.test/**', async (route) => {
    const [, id, file] = /mirror\.test\/(.+)\/resolve\/main\/(.+)$/.exec(route.request().url()) ?? [];
    const headers = { 'access-control-allow-origin': '*' };
    if (id !== 'someone/atlas' || !FILES.includes(file!)) await route.fulfill({ status: 404, headers });
    else await route.fulfill({ headers, body: await readFile(`${ATLAS}/${file}`) });
  });
  await page.goto('/');
  await bench.ready();
  await bench.handle('model-menu').locator('summary').click();
  await page.getByLabel('Mirror (optional)').fill('https://mirror.test');

  await page.getByLabel('Model of the GPT-2 family on the Hugging Face hub').fill('nobody/nothing');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(bench.handle('model-menu').getByRole('alert')).toContainText('config.json');
  await expect(bench.handle('run')).toBeEnabled();

  await page.getByLabel('Model of the GPT-2 family on the Hugging Face hub').fill('someone/atlas');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(bench.handle('model-menu')).toContainText('someone/atlas', { timeout: 60_000 });
  await page.keyboard.press('Escape');
  await bench.handle('prompt-input').fill(PROMPT);
  await expect(bench.handle('next-tokens')).toContainText('Paris');
});
