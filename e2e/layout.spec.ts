/** The page's geometry: what stays in sight for any prompt, on a desk and on a phone. */
import { readFileSync } from 'node:fs';
import { expect, type Locator } from '@playwright/test';
import { sampleDocument } from '../src/results/testing/sampleDocument';
import { graphDocument, tallDocument } from './documents';
import { openFinding, test, Workbench } from './workbench';

/** Most pixels of the two rows at the top, and above the first picture. */
const [TOP, ABOVE] = [112, 260];
/** Least readable cell. */
const CELL = 12;

const box = async (element: Locator) => (await element.boundingBox())!;

test('the top keeps its height, and the picture its place, for any prompt', async ({ page }) => {
  const bench = new Workbench(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto('./');
  await bench.ready();
  const top = page.locator('.top');
  const before = await box(bench.handle('figure-hidden'));
  expect(before.y).toBeLessThanOrEqual(ABOVE);
  for (const width of [1440, 1024]) {
    await page.setViewportSize({ width, height: 900 });
    for (const words of [5, 40, 300]) {
      await bench.handle('prompt-input').fill(Array.from({ length: words }, () => 'France').join(' '));
      await expect(bench.handle('chip')).not.toHaveCount(0);
      expect((await box(top)).height).toBeLessThanOrEqual(TOP);
      expect((await box(bench.handle('figure-hidden'))).y).toBeLessThanOrEqual(ABOVE);
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await bench.ask('The capital of France is', [4, 5]);
  await bench.ready();
  await bench.choose('activation-patching');
  await bench.handle('suggest-twin').click();
  await bench.ready();
  expect((await box(top)).height).toBeLessThanOrEqual(TOP);
  // Nothing above the picture changed its height.
  expect((await box(bench.handle('figure-hidden'))).y).toBe(before.y);
  // Ten worked examples are in sight; the column scrolls to the last two.
  const last = await box(bench.handle('example').nth(9));
  expect(last.y + last.height).toBeLessThanOrEqual(900);
});

test('the keyboard reaches the first picture in at most eight stops', async ({ page }) => {
  await page.goto('./');
  await expect(new Workbench(page).handle('finding')).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Skip to the finding' })).toBeFocused();
  await page.keyboard.press('Enter');
  const isThere = () => page.evaluate(() => document.activeElement!.getAttribute('role') === 'gridcell');
  for (let stops = 1; !(await isThere()); stops++) {
    expect(stops).toBeLessThan(8);
    await page.keyboard.press('Tab');
  }
});

test('cells of twelve layers by forty tokens are readable, and labels stay in sight', async ({ page }) => {
  const bench = new Workbench(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto('./');
  await expect(bench.handle('finding')).toBeVisible();
  for (const count of [40, 300]) {
    await bench.openFile(tallDocument(count, 12));
    const figures = page.locator('.figures.filling');
    const picture = bench.handle('figure-map');
    await expect(picture).toHaveAttribute('aria-rowcount', `${count}`);
    const [frame, whole] = [await box(figures), await box(picture)];
    expect(frame.y + frame.height).toBeLessThanOrEqual(900);
    const foot = await box(picture.locator('> .foot'));
    expect((whole.height - foot.height) / count).toBeGreaterThanOrEqual(CELL);
    expect(foot.y + foot.height).toBeLessThanOrEqual(frame.y + frame.height + 1);
  }
});

/** A trace of 48 layers by 40 tokens, 29 of them before the subject. */
function deep(): object {
  const document = sampleDocument({ T: 40, L: 48, begin: 29 });
  return { ...document, model: { ...document.model, family: 'llama' } };
}

test('48 layers are shown map by map; names stay in sight; rows without an effect are one line', async ({
  page,
}) => {
  const bench = await openFinding(page, deep());
  const picture = bench.handle('figure-hidden');
  const maps = page.getByRole('radiogroup', { name: 'Maps shown' });
  for (const [width, height] of [
    [1440, 900],
    [1024, 900],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect(maps.getByRole('radio', { checked: true })).toHaveText('hidden state');
    await expect(bench.handle('figure-mlp')).toHaveCount(0);
    // Twelve rows and the whole subject: the others are folded.
    await expect(picture).toHaveAttribute('aria-rowcount', '12');
    const cell = await box(bench.cell('hidden', 11, 0).locator('rect').first());
    expect(Math.min(cell.width, cell.height)).toBeGreaterThanOrEqual(CELL - 1);
    const frame = page.locator('.filling');
    expect((await box(frame)).height).toBeLessThanOrEqual(height);
    await frame.evaluate((element) => element.scrollTo(element.scrollWidth, 0));
    const side = await box(picture.locator('.side'));
    expect(side.x).toBeCloseTo((await box(frame)).x, 0);
    await frame.evaluate((element) => element.scrollTo(0, 0));
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  const fold = page.getByRole('button', { name: '29 tokens before the subject: no effect' });
  await expect(fold).toHaveAttribute('aria-expanded', 'false');
  await fold.focus();
  await page.keyboard.press('Enter');
  await expect(fold).toHaveAttribute('aria-expanded', 'true');
  await expect(picture).toHaveAttribute('aria-rowcount', '41');
  await maps.getByRole('radio', { name: 'MLP' }).click();
  await expect(bench.handle('figure-mlp')).toBeVisible();
  await page.keyboard.press('Home');
  await expect(bench.handle('figure-hidden')).toBeVisible();
  await expect(bench.handle('figure-mlp')).toBeVisible();
});

test('a graph begins where maps do and fits one screen with its slider', async ({ page }) => {
  const bench = await openFinding(page, graphDocument({ layers: 48, heads: 2 }));
  for (const width of [1440, 1024]) {
    await page.setViewportSize({ width, height: 900 });
    const picture = await box(bench.handle('graph-picture'));
    expect(picture.y).toBeLessThanOrEqual(ABOVE);
    const slider = await box(page.locator('.graph-track'));
    expect(slider.y).toBeGreaterThanOrEqual(picture.y + picture.height);
    expect(slider.y + slider.height).toBeLessThanOrEqual(900);
  }
});

test.describe('a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('shows sentence and picture in the first screen; a tap shows the numbers', async ({ page }) => {
    const bench = new Workbench(page);
    await page.goto(`./${readFileSync('src/app/examples/links/1.txt', 'utf8').trim()}`);
    await expect(bench.handle('finding')).toBeInViewport({ ratio: 1 });
    await expect(bench.handle('figure-hidden')).toBeInViewport({ ratio: 0.8 });
    await expect(bench.handle('prompt-input')).toBeHidden();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await expect(bench.handle('inspector')).toBeHidden();
    await bench.cell('hidden', 2, 1).click();
    await expect(bench.handle('inspector')).toBeInViewport({ ratio: 1 });
    await expect(bench.handle('inspector')).toContainText('%');
    await page.getByRole('button', { name: 'Release' }).click();
    await expect(bench.handle('inspector')).toBeHidden();
  });
});
