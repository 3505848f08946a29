/** The question's line: answer and distractor from a list, a hostile prompt, a phone. */
import { expect } from '@playwright/test';
import { test, uncaughtErrors, Workbench } from './workbench';

test('an answer is picked by keys, filtered by typing, and spelled by the tokenizer', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  const field = bench.handle('answer-picker');
  const options = page.getByRole('option').and(page.locator('.combo-list > *')).filter({ visible: true });
  await field.click();
  await expect(options.first()).toContainText('·Paris');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(field).not.toHaveValue('·Paris');
  await expect(options).toHaveCount(0);

  await field.fill('par');
  await expect(options.first()).toContainText('·Paris');
  await field.fill('Tokyo');
  await expect(options).toHaveText(['To|k|y|o4 tokens', '·Tokyoone token']);
  await options.last().click();
  await expect(field).toHaveValue('·Tokyo');
  await field.click();
  await page.keyboard.press('Escape');
  await expect(options).toHaveCount(0);
  expect(errors).toEqual([]);
});

for (const width of [1280, 390])
  test(`emoji, right-to-left and control characters stay in their line at ${width} px`, async ({ page }) => {
    const errors = uncaughtErrors(page);
    const bench = new Workbench(page);
    await page.setViewportSize({ width, height: 844 });
    await page.goto('./');
    await bench.ready();
    const own = page.getByText('Ask your own', { exact: true });
    if (await own.isVisible()) await own.click();
    await bench.handle('prompt-input').fill(`\u202Eעברית 👩‍👩‍👧 ${'x'.repeat(40)} \u0007 is`);
    await expect(bench.handle('chip')).not.toHaveCount(0);
    await bench.handle('answer-picker').fill('שלום👋');
    await expect(page.locator('.combo-list').filter({ hasText: 'tokens' })).toBeInViewport({ ratio: 1 });
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
    ).toBeLessThanOrEqual(0);
    expect(errors).toEqual([]);
  });
