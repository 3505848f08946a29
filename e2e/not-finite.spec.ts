import { expect } from '@playwright/test';
import { brokenAtlas } from './brokenAtlas';
import { ModelMenu } from './modelMenu';
import { test, uncaughtErrors, Workbench } from './workbench';

test('a model with a NaN says which weight, and the finding before stays', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  const errors = uncaughtErrors(page);
  const models = new ModelMenu(bench);
  const before = await bench.finding();
  await models.show();
  await models.pick(await brokenAtlas('transformer.h.3.ln_1.weight'));
  await expect(models.menu).toContainText('blocks.3.ln1.w: has 1 NaN');
  await models.hide();

  await bench.handle('prompt-input').fill('The capital of Kenya is');
  const sentence = 'logits are not finite, first at blocks.3.ln1: weight has 1 NaN';
  await expect(page.getByText(sentence).first()).toBeVisible();
  expect(await bench.finding()).toBe(before);
  await expect(page.getByText('NaN %')).toHaveCount(0);
  expect(errors).toEqual([]);
});
