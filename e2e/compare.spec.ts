/** Two findings of a visit: A, B and A - B. */
import { expect } from '@playwright/test';
import { test, uncaughtErrors, Workbench } from './workbench';

test('two findings of the visit are compared, with other prompts by token role', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.handle('example').nth(1).click();
  const items = bench.handle('history').getByRole('listitem');
  await expect(items).toHaveCount(2);
  await expect(items.first()).toContainText('other prompt, answer');
  // A is the finding shown.
  await expect(items.first().getByTestId('compare-pick')).toHaveCount(0);
  await items.nth(1).getByTestId('compare-pick').click();
  const dialog = bench.handle('compare-findings');
  const cells = (side: string) => dialog.getByTestId(`figure-hidden_${side}`).getByRole('gridcell');
  await expect(cells('a').first()).toBeVisible();
  const count = await cells('a').count();
  expect(count).toBeGreaterThan(12);
  await expect(cells('b')).toHaveCount(count);
  await expect(cells('difference')).toHaveCount(count);
  await expect(cells('difference').first()).toHaveAttribute('aria-label', /points/);
  await expect(dialog).toContainText('A − B has no interval');
  const read = () => cells('difference').evaluateAll((all) => all.map((cell) => cell.ariaLabel).join());
  const before = await read();
  await dialog.getByRole('button', { name: 'Swap A and B' }).click();
  await expect.poll(read).not.toBe(before);

  await test.step('the address holds both', async () => {
    const told = await read();
    await dialog.getByRole('button', { name: 'Copy link' }).click();
    await expect(dialog.getByRole('button', { name: 'Link copied' })).toBeVisible();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(() => page.url()).toBe(link);
    await page.goto('about:blank');
    await page.goto(link);
    await expect.poll(read).toBe(told);
    await expect(items).toHaveCount(2);
  });

  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
  expect(errors).toEqual([]);
});
