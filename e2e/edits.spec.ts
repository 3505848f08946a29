import { expect, type Locator } from '@playwright/test';
import { test, uncaughtErrors, Workbench } from './workbench';

test('a cell and a head are changed by hand, the answer follows, and the link keeps it', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  const answer = bench.handle('edit-answer');
  const told = async () => {
    await expect(answer).toHaveAttribute('data-state', 'told');
    return (await answer.textContent())!;
  };

  await bench.cell('hidden', 4, 3).click();
  await bench.handle('edit-zero').click();
  await expect(answer).toContainText(/Paris 97\.9.% → /);
  const zeroed = await told();
  await expect(bench.handle('edit-chip')).toContainText('layer 3 zero at ·France');

  await test.step('switched off, the answer is back', async () => {
    await bench.handle('edit-chip').getByRole('checkbox').uncheck();
    await expect(answer).toContainText(/Paris 97\.9.% no edit is on/);
    await bench.handle('edit-chip').getByRole('checkbox').check();
    await expect(answer).toContainText('→');
    expect(await told()).toBe(zeroed);
  });

  await test.step('head 5.0 is scaled by hand', async () => {
    const bar = bench.handle('edit-bar');
    await bar.getByLabel('Part', { exact: true }).selectOption('head');
    await bar.getByLabel('Layer', { exact: true }).selectOption('5');
    await bar.getByLabel('Head', { exact: true }).selectOption('0');
    await bar.getByLabel('At', { exact: true }).selectOption('');
    await bench.handle('edit-zero').click();
    await expect(bench.handle('edit-chip')).toHaveCount(2);
    await expect(bench.handle('edit-chip').last()).toContainText('head 5.0 zero');
    await expect(answer).not.toHaveText(zeroed);
  });

  const said = await told();
  await bench.handle('copy-link').click();
  const link = await bench.handle('link-url').inputValue();

  await test.step('the question of an intervention is filled in', async () => {
    await bench.handle('ask-everywhere').click();
    await expect(bench.handle('options')).toContainText('2 edits');
    await bench.ready();
  });

  await test.step('the link opens with the edits and the same answer', async () => {
    await page.goto('about:blank');
    await page.goto(link);
    await expect(bench.handle('edit-chip')).toHaveCount(2);
    await expect(answer).toContainText('→');
    expect(await told()).toBe(said);
    await bench.handle('clear-edits').click();
    await expect(bench.handle('edits')).toBeHidden();
  });
  expect(errors).toEqual([]);
});

test('a state is dragged or copied to another place, and a head’s look is hidden', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  const chip = bench.handle('edit-chip');
  const note = bench.handle('drag-note');
  const drag = async (from: Locator, to: Locator) => {
    await from.hover();
    await page.mouse.down();
    await to.hover();
    await expect(note).toBeVisible();
  };

  await test.step('a drag shows what it reaches, and puts the state there', async () => {
    await drag(bench.cell('hidden', 4, 2), bench.cell('hidden', 5, 3));
    await expect(note).toHaveText('goes to layer 3 at ·is.');
    await expect(bench.handle('figure-hidden').locator('.reach')).toHaveAttribute('d', /^M.+Z$/);
    await page.mouse.up();
    await expect(chip).toHaveText('layer 3 from layer 2 at ·France at ·is×');
    await expect(note).toBeHidden();
    await expect(page.locator('.inspector.locked')).toHaveCount(0);
  });

  await test.step('another kind of state is refused', async () => {
    await drag(bench.cell('hidden', 4, 2), bench.cell('mlp', 4, 2));
    await expect(note).toHaveText('A state goes to a place of its kind, not from a layer to an MLP.');
    await page.keyboard.press('Escape');
    await expect(note).toBeHidden();
    await page.mouse.up();
    await expect(chip).toHaveCount(1);
    await expect(page.locator('.inspector.locked')).toHaveCount(0);
  });

  await test.step('by keyboard', async () => {
    await bench.cell('mlp', 4, 0).click();
    await bench.handle('copy-state').press('Enter');
    await bench.cell('mlp', 5, 1).click();
    await bench.handle('patch-here').press('Enter');
    await expect(chip.last()).toContainText('MLP 1 from MLP 0 at ·France at ·is');
  });

  await test.step('a push towards the answer, half as long as the state', async () => {
    await bench.cell('hidden', 5, 4).click();
    await bench.handle('edit-direction').locator('> summary').click();
    await bench.handle('edit-push').click();
    await expect(chip.last()).toContainText(
      /layer 4 \+ 0\.5 × its length \([\d.]+\) towards ·Paris, away from ·Rome/,
    );
  });

  await test.step('a cell of an attention map is a query and a key', async () => {
    await bench.openTab('Attention');
    await bench
      .handle('attention-matrix')
      .getByRole('gridcell')
      .and(page.locator('[data-row="5"][data-column="4"]'))
      .click();
    await bench.handle('edit-hide').click();
    await expect(chip.last()).toHaveText(/^head \d\.\d cannot see ·France from ·is×$/);
    await expect(bench.handle('edit-answer')).toContainText('→');
    const shares = /^previous token \d\.\d\d, duplicate token \d\.\d\d, induction \d\.\d\d$/;
    await expect(bench.handle('head-kinds')).toHaveText(shares);
  });
  expect(errors).toEqual([]);
});
