import { expect } from '@playwright/test';
import { test, Workbench } from './workbench';

test('specs/text-order.json opens as a question, though it has items', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await page.getByLabel(/^Open a finding/).setInputFiles('specs/text-order.json');
  await expect(bench.handle('given')).toContainText('Text order');
  await bench.ready();
});
