/** A Jacobian lens: opened from a file, read beside the logit lens, asked about, and named by a link. */
import { expect } from '@playwright/test';
import { test, uncaughtErrors, Workbench } from './workbench';

const FILE = 'reference/goldens/jacobian_lens/atlas.pt';
const OTHER = 'reference/goldens/jacobian_lens/tiny-a.pt';

test('a file is opened, both lenses are read, and a link’s question wants the same lens', async ({
  page,
  context,
}) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.openTab('Lens');
  const lens = bench.handle('lens');
  const cell = (column: number) =>
    lens.getByTestId('lens-grid').locator(`[role=gridcell][data-row="5"][data-column="${column}"]`);
  await expect(cell(6)).toContainText('·Paris');

  // By keyboard, as every choice of the page.
  await lens.getByRole('radio', { name: 'Logit lens' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(lens.getByRole('radio', { name: 'Jacobian lens' })).toBeFocused();
  await expect(lens).toContainText('No Jacobian lens of Atlas is open.');

  // Of another model: one sentence, and nothing is lost.
  await lens.getByTestId('lens-file').setInputFiles(OTHER);
  await expect(lens.getByTestId('lens-error')).toHaveText(/^tiny-a\.pt: .*got d_model 48, expected 128/);
  await lens.getByRole('radio', { name: 'Logit lens' }).click();
  await expect(cell(6)).toContainText('·Paris');
  const logit = await cell(4).getAttribute('aria-label');
  await lens.getByRole('radio', { name: 'Jacobian lens' }).click();
  await lens.getByTestId('lens-file').setInputFiles(FILE);
  await expect(lens.getByTestId('lens-name')).toContainText('atlas.pt, 4 prompts');
  await expect(cell(4)).toHaveAttribute('aria-label', /^·is, after block 3: ·Paris /);
  expect(await cell(4).getAttribute('aria-label')).not.toBe(logit);
  // The last block's J is I; the embedding has no matrix.
  await expect(cell(6)).toHaveAttribute('aria-label', /^·is, after block 5: ·Paris 97\.9/);
  await expect(cell(0)).toHaveCount(0);
  await cell(5).hover();
  await expect(bench.handle('tooltip').getByRole('listitem')).toHaveCount(5);
  await lens.getByText('About this lens, and others').click();
  await expect(lens.getByTestId('lens-open')).toContainText('0 to 4');

  // Asked of the experiment.
  await bench.choose('logit-lens');
  await bench.handle('options').locator('> summary').click();
  await bench
    .handle('options')
    .getByLabel('residual stream after the block, through the Jacobian lens')
    .check();
  await bench.handle('options').locator('> summary').click();
  await bench.ready();
  await bench.run();
  await expect(bench.handle('finding')).toContainText('through the Jacobian lens “atlas.pt” (668440ad');
  await expect(bench.handle('figure-lenses_p')).toBeVisible();
  await expect(bench.handle('figure-jacobian_rank')).toBeVisible();

  // Its link names the lens; only that one runs it again.
  await bench.handle('copy-link').click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const second = await context.newPage();
  await second.goto(link);
  const reader = new Workbench(second);
  await reader.ready();
  expect(await reader.finding()).toBe(await bench.finding());
  await reader.handle('rerun').click();
  await expect(second.getByText('this question reads another Jacobian lens, got none open')).toBeVisible();
  await reader.openTab('Lens');
  await reader.handle('lens').getByRole('radio', { name: 'Jacobian lens' }).click();
  await reader.handle('lens').getByTestId('lens-file').setInputFiles(FILE);
  await expect(reader.handle('lens').getByTestId('lens-name')).toBeVisible();
  await reader.handle('rerun').click();
  await expect(reader.handle('deviation')).toContainText('The same finding.');

  // Removed, the view says so.
  await reader.handle('lens').getByText('About this lens, and others').click();
  await reader.handle('lens').getByRole('button', { name: 'Remove' }).click();
  await expect(reader.handle('lens')).toContainText('No Jacobian lens of Atlas is open.');
  expect(errors).toEqual([]);
});
