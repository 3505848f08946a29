import { expect, type Page } from '@playwright/test';
import { test, uncaughtErrors, Workbench } from './workbench';

test('run a trace, hover, move with the keys', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await expect(bench.handle('estimate')).toContainText(/\d/);
  await bench.run();

  const cells = await bench.cells('hidden').count();
  expect(cells).toBeGreaterThan(20);
  await expect(bench.cells('mlp')).toHaveCount(cells);
  await expect(bench.cells('attn')).toHaveCount(cells);

  await bench.cell('hidden', 2, 1).hover();
  const tooltip = bench.handle('tooltip');
  await expect(tooltip).toBeVisible();
  await expect(tooltip).toContainText('layer 1');
  await expect(tooltip).toContainText('%');

  await bench.cell('hidden', 2, 1).click();
  await page.keyboard.press('ArrowDown');
  await expect(bench.cell('hidden', 3, 1)).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(bench.cell('hidden', 3, 2)).toBeFocused();
  await expect(bench.cell('hidden', 3, 2)).toHaveAttribute('aria-selected', 'true');
  await expect(bench.handle('inspector')).toContainText('%');
  // One selection is highlighted in every map.
  await expect(bench.cell('mlp', 3, 2)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Escape');
  await page.mouse.move(0, 0);
  await page.keyboard.press('Tab');
  await expect(bench.cell('mlp', 3, 2)).toHaveAttribute('aria-selected', 'false');
  expect(errors).toEqual([]);
});

test('the shipped example is what this machine computes', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.handle('rerun').click();
  await expect(bench.handle('deviation')).toContainText('The same finding.');
});

test('cancel keeps the finished kinds', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.makeLong(2);
  await bench.handle('run').click();
  // A partial document replaces the example: it has the first kind but not the others.
  await expect(bench.cells('attn')).toHaveCount(0);
  await expect(bench.cells('hidden')).not.toHaveCount(0);
  await bench.handle('cancel').click();
  await expect(bench.handle('cancel')).toBeHidden();
  expect(await bench.cells('hidden').count()).toBeGreaterThan(20);
  await expect(bench.cells('attn')).toHaveCount(0);
  await expect(bench.handle('status')).toContainText(/cancel/i);
  await expect(bench.handle('run')).toBeEnabled();
});

test('a lost device is made again and the trace completes', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./?test');
  await bench.ready();
  await bench.makeLong();
  const phases = await recordPhases(page);
  await bench.run();
  const before = await bench.readings('mlp');

  await bench.handle('run').click();
  await expect(bench.handle('progress')).toBeVisible();
  await expect(bench.cells('attn')).toHaveCount(0);
  await page.evaluate(() =>
    (window as unknown as { loci: { loseDevice(): Promise<void> } }).loci.loseDevice(),
  );
  await bench.finished();
  expect(await phases()).toContain('recovering');
  expect(await bench.readings('mlp')).toEqual(before);
  expect(await bench.cells('attn').count()).toBe(before.length);
  expect(errors).toEqual([]);
});

/** Records every state of the status line, even brief ones. */
async function recordPhases(page: Page): Promise<() => Promise<string[]>> {
  const status = page.getByTestId('status');
  await status.evaluate((element) => {
    const seen: string[] = [];
    Object.assign(window, { phases: seen });
    new MutationObserver(() => seen.push(element.dataset.phase ?? '')).observe(element, { attributes: true });
  });
  return () => page.evaluate(() => (window as unknown as { phases: string[] }).phases);
}
