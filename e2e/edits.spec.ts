import { expect } from '@playwright/test';
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
