/** The logit lens: five tokens of a cell, and one token followed through the map. */
import { expect } from '@playwright/test';
import { test, uncaughtErrors, Workbench } from './workbench';

test('a cell lists its five likeliest tokens; a click follows its token, Escape lets it go', async ({
  page,
}) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.openTab('Lens');
  const map = bench.handle('lens-grid');
  const cell = (row: number, column: number) =>
    map.locator(`[role=gridcell][data-row="${row}"][data-column="${column}"]`);
  // Of the last token after block 4: Paris.
  await cell(5, 5).hover();
  const top = bench.handle('tooltip').getByRole('listitem');
  await expect(top).toHaveCount(5);
  await expect(top.first()).toContainText('·Paris');
  const shares = (await top.allTextContents()).map((text) => Number(/([\d.]+)\s%$/.exec(text)![1]));
  expect(shares).toEqual([...shares].sort((a, b) => b - a));

  await cell(5, 5).click();
  const followed = bench.handle('lens-followed');
  await expect(followed).toContainText('Following ·Paris');
  await expect(cell(5, 6)).toHaveAttribute('aria-label', /·is, after block 5: ·Paris 9\d.*, rank 0$/);
  await followed.getByRole('radio', { name: 'Rank' }).click();
  await expect(cell(5, 6)).toContainText('0');
  await expect(page.getByRole('img', { name: /^rank of ·Paris/ })).toBeVisible();
  // Another of the locked cell's tokens.
  await followed.getByTitle('Follow this token').first().click();
  await expect(followed).not.toContainText('Following ·Paris');
  await page.keyboard.press('Escape');
  await expect(followed).toBeHidden();
  await expect(cell(5, 5)).toContainText('·Paris');
  expect(errors).toEqual([]);
});
