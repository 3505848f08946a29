import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { test, uncaughtErrors, Workbench } from './workbench';

const examples: unknown[] = JSON.parse(readFileSync('src/app/examples/examples.json', 'utf8'));

test('the example finding is there before the model, and the page answers', async ({ page }) => {
  const errors = uncaughtErrors(page);
  let letWeightsThrough = () => {};
  const held = new Promise<void>((resolve) => {
    letWeightsThrough = resolve;
  });
  await page.route('**/*.safetensors', async (route) => {
    await held;
    await route.continue();
  });
  const bench = new Workbench(page);
  await page.goto('./');

  await expect(bench.handle('finding')).toContainText('%');
  expect(await bench.cells('hidden').count()).toBeGreaterThan(20);
  await expect(bench.handle('run')).toBeDisabled();
  await bench.cell('hidden', 1, 0).hover();
  await expect(bench.handle('tooltip')).toBeVisible();

  letWeightsThrough();
  await bench.ready();
  expect(errors).toEqual([]);
});

test('each worked example opens with one click', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await expect(bench.handle('example')).toHaveCount(examples.length);
  const seen = new Set<string>();
  for (let index = 0; index < examples.length; index++) {
    await bench
      .handle('example')
      .and(page.locator(`[data-index="${index}"]`))
      .click();
    await expect.poll(async () => seen.has(await bench.finding())).toBe(false);
    seen.add(await bench.finding());
  }
  expect(seen.size).toBe(examples.length);
  expect(errors).toEqual([]);
});

test('the server gives byte ranges and the right types', async ({ request }) => {
  const weights = './models/atlas/model.safetensors';
  const part = await request.get(weights, { headers: { Range: 'bytes=0-7' } });
  expect(part.status()).toBe(206);
  expect((await part.body()).length).toBe(8);
  const config = await request.get('./models/atlas/config.json');
  expect(config.headers()['content-type']).toContain('application/json');
});
