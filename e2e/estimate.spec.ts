/** Estimates by gradient beside what is measured: asked, read, shared. */
import { expect } from '@playwright/test';
import { browserWithoutWebGpu, downloaded, test, uncaughtErrors, Workbench } from './workbench';

test('activation patching is estimated and measured, compared point by point, and the link reopens', async ({
  page,
}) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.choose('activation-patching');
  await bench.handle('suggest-twin').click();
  await bench.ready();
  await bench.handle('metric-picker').selectOption('logit-diff');
  await bench.handle('options').locator('> summary').click();
  await bench.handle('options').getByLabel('both, and compare them').check();
  await bench.handle('options').locator('> summary').click();
  await bench.ready();
  await bench.run();

  const scatter = bench.handle('figure-mlp_out agreement');
  await expect(scatter).toHaveAttribute('aria-label', /^MLP outputs: estimated and measured/);
  // What is measured is shown first, and the finding is of it.
  await expect(bench.handle('figure-resid_pre')).toBeVisible();
  const told = await bench.finding();
  expect(told).not.toContain('estimate');
  const agreement = bench.handle('table-agreement');
  await expect(agreement.getByRole('row')).toHaveCount(4);
  const numbers = await agreement.getByRole('cell').allTextContents();
  expect(Number(numbers[0])).toBeGreaterThan(0);

  await test.step('the table and the CSV say which numbers are estimates', async () => {
    const csv = (await downloaded(bench, 'csv')).toString();
    expect(csv).toContain('\r\nmlp_out estimate,');
    expect(csv).toContain('\r\nmlp_out,');
  });

  await bench.handle('copy-link').click();
  const link = await bench.handle('link-url').inputValue();
  const browser = await browserWithoutWebGpu();
  try {
    const friend = await browser.newPage();
    await friend.goto(link);
    const theirs = new Workbench(friend);
    await expect(theirs.handle('finding')).toHaveText(told);
    await expect(theirs.handle('figure-mlp_out agreement')).toBeVisible();
    expect(await theirs.handle('table-agreement').getByRole('cell').allTextContents()).toEqual(numbers);
  } finally {
    await browser.close();
  }
  expect(errors).toEqual([]);
});
