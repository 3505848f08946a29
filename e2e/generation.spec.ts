import { expect } from '@playwright/test';
import { longModel } from './longModel';
import { ModelMenu } from './modelMenu';
import { test, uncaughtErrors, Workbench } from './workbench';

test('the prompt continues token by token, and the keys walk along it', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.handle('prompt-input').fill('Paris is');
  await bench.openTab('Text');
  await page.getByLabel('New tokens').fill('8');
  await expect(bench.handle('generate')).toBeEnabled();
  await bench.handle('generate').click();
  await expect(bench.handle('generation-state')).toContainText('8 new tokens');
  const tokens = bench.handle('generated');
  const said = await tokens.evaluateAll((all) => all.map((one) => one.textContent));
  expect(said.length).toBe(8);
  // Greedy gives the same text again.
  await bench.handle('generate').click();
  await expect(bench.handle('generation-state')).toContainText('8 new tokens');
  await expect(bench.handle('generate')).toBeVisible();
  expect(await tokens.evaluateAll((all) => all.map((one) => one.textContent))).toEqual(said);

  await tokens.first().focus();
  await expect(bench.handle('tooltip')).toContainText('Most likely here');
  await page.keyboard.press('ArrowRight');
  await expect(tokens.nth(1)).toBeFocused();
  await expect(bench.handle('tooltip')).toContainText('new token 2');
  await page.keyboard.press('Escape');
  await expect(bench.handle('tooltip')).toBeHidden();
  await bench.handle('generation').getByLabel('Read as table').check();
  await expect(bench.handle('generation').getByRole('row')).toHaveCount(9);
  expect(errors).toEqual([]);
});

test('stops on demand and keeps what has come', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  const models = new ModelMenu(bench);
  await models.show();
  // Writes up to 2,000 tokens: does not end before the test has pressed the button.
  await models.pick(await longModel());
  await expect(models.menu).toContainText('4 heads');
  await models.hide();
  await bench.handle('prompt-input').fill('Paris is');
  await bench.openTab('Text');
  await page.getByLabel('New tokens').fill('2000');
  await bench.handle('generation-choice').selectOption('random');
  await page.getByLabel('Temperature').fill('5');
  await bench.handle('generate').click();
  await expect(bench.handle('generated')).not.toHaveCount(0);
  await bench.handle('stop-generating').click();
  await expect(bench.handle('generation-state')).toContainText('stopped');
  const kept = await bench.handle('generated').count();
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(2000);
  // A limit is reported before anything runs.
  await page.getByLabel('New tokens').fill('3000');
  await expect(bench.handle('generate')).toBeDisabled();
  await expect(bench.handle('generation-state')).toContainText('leaves room for');
});
