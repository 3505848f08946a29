import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { browserWithoutWebGpu, downloaded, test, uncaughtErrors, Workbench } from './workbench';

/** Selects activation patching for the prompt that the page opens with, and a twin. */
async function askPatching(bench: Workbench): Promise<void> {
  await bench.page.goto('./');
  await bench.ready();
  await bench.choose('activation-patching');
  await expect(bench.handle('question-hint')).toContainText('needs a corrupted twin');
  await expect(bench.handle('run')).toBeDisabled();
  await bench.handle('suggest-twin').click();
  await bench.ready();
  await expect(bench.handle('estimate')).toContainText(/\d+ forward passes/);
}

test('activation patching from the page: figures, keys, table, CSV, and a link without a model', async ({
  page,
}) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await askPatching(bench);
  await bench.run();
  await expect(bench.handle('figure')).toHaveCount(3);
  const told = await bench.finding();
  expect(told).toMatch(/matters most for the/);
  const cells = bench.handle('figure-resid_pre').getByRole('gridcell');
  await expect(cells).toHaveCount(36);
  const at = (row: number, column: number) =>
    cells.and(page.locator(`[data-row="${row}"][data-column="${column}"]`));

  await test.step('the keys move through a picture, one selection in all figures', async () => {
    await at(1, 3).click();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await expect(at(2, 4)).toBeFocused();
    await expect(at(2, 4)).toHaveAttribute('aria-label', /^layer 2, position ·France: /);
    await expect(bench.handle('inspector')).toContainText('layer 2, position ·France');
    const other = bench.handle('figure-mlp_out').locator('[data-row="2"][data-column="4"]');
    await expect(other).toHaveAttribute('aria-selected', 'true');
  });

  await test.step('a figure reads as a table', async () => {
    await bench.openTab('Table');
    await expect(bench.handle('table-resid_pre').getByRole('row')).toHaveCount(7);
    await bench.openTab('Map');
  });

  await test.step('the CSV has one row per cell', async () => {
    const csv = (await downloaded(bench, 'csv')).toString().trim().split('\r\n');
    expect(csv[0]).toBe(
      'figure,layer,position,value,low,high,text,unit,least,most,rule,difference,hatched,covers,token_id,is_subject',
    );
    expect(csv).toHaveLength(1 + 3 * 36);
    expect((await downloaded(bench, 'svg')).toString()).toMatch(/^<svg /);
    expect((await downloaded(bench, 'transformer-lens')).toString()).toContain('transformer_lens');
    expect((await downloaded(bench, 'npz')).subarray(0, 2).toString()).toBe('PK');
  });

  const readings = await cells.evaluateAll((all) => all.map((cell) => cell.getAttribute('aria-label')));
  await bench.handle('copy-link').click();
  const link = await bench.handle('link-url').inputValue();
  expect(link.length).toBeLessThan(3000);

  await test.step('a fresh profile without WebGPU shows the same', async () => {
    const browser = await browserWithoutWebGpu();
    try {
      const friend = await browser.newPage();
      await friend.goto(link);
      const theirs = new Workbench(friend);
      await expect(theirs.handle('finding')).toHaveText(told);
      const shown = theirs.handle('figure-resid_pre').getByRole('gridcell');
      await expect(shown).toHaveCount(36);
      expect(await shown.evaluateAll((all) => all.map((cell) => cell.getAttribute('aria-label')))).toEqual(
        readings,
      );
      await expect(theirs.handle('inspector')).toContainText('layer 2, position ·France');
      await expect(theirs.handle('webgpu-missing')).toContainText(/WebGPU/);
    } finally {
      await browser.close();
    }
  });

  await test.step('a fresh visit runs it again', async () => {
    await page.goto('about:blank');
    await page.goto(link);
    await bench.ready();
    await bench.handle('rerun').click();
    await expect(bench.handle('deviation')).toContainText('The same finding.');
  });
  expect(errors).toEqual([]);
});

test('cancel keeps the figures that are finished', async ({ page }) => {
  const bench = new Workbench(page);
  await askPatching(bench);
  await bench.handle('options').locator('> summary').click();
  await bench.handle('options').getByLabel('MLP neurons, all positions').check();
  await bench.handle('options').locator('> summary').click();
  await bench.ready();
  await bench.handle('run').click();
  // The worked example has figures, too.
  await expect(bench.handle('figure').first()).toContainText('residual stream');
  await bench.handle('cancel').click();
  await expect(bench.handle('cancel')).toBeHidden();
  expect(await bench.handle('figure').count()).toBeLessThan(4);
  await expect(bench.handle('cases')).toContainText('Unfinished');
  await expect(bench.handle('history')).toContainText('unfinished');
});

test('a spec file runs as it is; a bad one gets one sentence', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  const open = async (name: string, text: string) => {
    await page.getByText('Export', { exact: true }).click();
    await page.setInputFiles('.menu-file input[accept*=csv]', {
      name,
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    });
  };
  await open('bad.json', '{"kind": "activation-patching", "cases": []}');
  await expect(bench.handle('question-problem')).toContainText(/^Cases: wrong value, got \[\]/);
  await open('worse.json', '{"kind": "telepathy"}');
  await expect(page.locator('.share-error')).toContainText('unknown experiment, got "telepathy"');

  await open('path.json', readFileSync('specs/path-patching.json', 'utf8'));
  await expect(bench.handle('given')).toContainText('path.json');
  await bench.ready();
  await bench.run();
  await expect(bench.handle('figure')).toHaveCount(3);
  await page.getByRole('button', { name: 'Back to the prompt' }).click();
  await expect(bench.handle('prompt-input')).toHaveValue('The capital of France is');
  expect(errors).toEqual([]);
});

test('the map of experiments asks a question, with what suits the cell', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.handle('open-map').click();
  const row = bench.handle('map').getByRole('row', { name: /^head / });
  await row.getByRole('button', { name: 'Ablation' }).click();
  await expect(bench.handle('map')).toHaveCount(0);
  await expect(bench.handle('question-ablation')).toHaveAttribute('aria-current', 'true');
  await expect(bench.handle('options')).toContainText('head outputs (z), all positions');
  await bench.ready();
  await bench.run();
  await expect(bench.handle('figure')).toHaveCount(1);
});

test('a study over a task set says how many prompts count', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.choose('activation-patching');
  await bench.handle('prompts').selectOption('capitals');
  await page.getByLabel('How many').fill('3');
  await bench.ready();
  await bench.run();
  await expect(bench.handle('cases')).toContainText(/3 prompts|of 3 prompts/);
  await expect(bench.handle('figure')).toHaveCount(3);
});

test.describe('a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('asks an experiment and reads it without sideways scrolling', async ({ page }) => {
    const bench = new Workbench(page);
    await page.goto('./');
    await bench.ready();
    await bench.handle('ask-own').locator('> summary').click();
    await bench.handle('question-select').selectOption('ablation');
    await bench.ready();
    await bench.run();
    await expect(bench.handle('results')).toBeVisible();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
});
