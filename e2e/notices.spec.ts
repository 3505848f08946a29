import { expect } from '@playwright/test';
import { test, Workbench } from './workbench';

test('what was typed and what is traced is said, with a button that mends it', async ({ page }, info) => {
  const bench = new Workbench(page);
  const notices = bench.handle('notices');
  await page.goto('./');
  await bench.ready();

  await bench.ask('The capital of Niger is', [4, 5]);
  await bench.handle('answer-picker').fill('Santa Ana');
  await bench.handle('distractor-picker').fill('Santa Bianca');
  await expect(notices).toContainText('begins with a lone space');
  await expect(bench.handle('run')).toBeDisabled();
  await expect(bench.handle('question-problem')).toBeEmpty();
  await page.screenshot({ path: info.outputPath('blocked.png') });
  await notices.getByRole('button', { name: "Put 'Santa' into the prompt" }).click();
  await expect(bench.handle('prompt-input')).toHaveValue(/^The capital of Niger is Santa/);
  await bench.ready();
  await expect(notices).toContainText('their first tokens');

  // Several at once also fit a phone, without sideways scrolling.
  await bench.handle('prompt-input').fill('<|endoftext|>The capital of Niger is ');
  await bench.handle('answer-picker').fill('Niger River');
  await expect(notices.getByRole('listitem')).toHaveCount(3);
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    if (width < 800) await bench.handle('ask-own').locator('> summary').click();
    await expect(notices).toBeVisible();
    await page.screenshot({ path: info.outputPath(`several-${width}.png`) });
    const inside = await notices.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(inside).toBeLessThanOrEqual(0);
  }
});

test('a set of another model cannot be chosen, and says why', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.choose('activation-patching');
  const option = bench.handle('prompts').locator('option[value="planted-recall"]');
  await expect(option).toBeDisabled();
  await expect(option).toContainText('lone space');
  await expect(bench.handle('prompts').locator('option[value="capitals"]')).toBeEnabled();
});
