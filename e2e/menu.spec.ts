import { expect, type Page } from '@playwright/test';
import { ModelMenu } from './modelMenu';
import { test, Workbench } from './workbench';

test('the model menu is worked with the keyboard alone', async ({ page }) => {
  const bench = new Workbench(page);
  const models = new ModelMenu(bench);
  await page.goto('./');
  await bench.ready();
  await models.summary.focus();
  await page.keyboard.press('Enter');
  await expect(models.idField).toBeVisible();

  // In reading order.
  const others = await bench.handle('builtin').getByRole('button').count();
  expect(await reached(page, 9 + others)).toEqual([
    'How one sigma was measured',
    'Verify on this prompt',
    'Save as ONNX',
    'Model on the Hugging Face hub',
    'Revision, file, mirror, token',
    'Choose files',
    'Choose a folder',
    ...new Array<string>(others).fill('Open'),
    'Open a lens file',
    'Fit one on texts',
  ]);
  await page.keyboard.press('Escape');
  await expect(models.idField).toBeHidden();
  await expect(models.summary).toBeFocused();
});

test.describe('a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('shows the model menu without sideways scrolling', async ({ page }) => {
    const bench = new Workbench(page);
    const models = new ModelMenu(bench);
    await page.goto('./');
    await bench.ready();
    await models.show();
    const sheet = models.menu.locator('.menu-sheet');
    const inside = await sheet.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(inside).toBeLessThanOrEqual(0);
    const box = (await sheet.boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(390);
  });
});

/** Names of the elements that Tab reaches, in order. */
async function reached(page: Page, count: number): Promise<string[]> {
  const names: string[] = [];
  for (let at = 0; at < count; at++) {
    await page.keyboard.press('Tab');
    names.push(
      await page.evaluate(() => {
        const element = document.activeElement!;
        return (element.closest('label') ?? element).textContent!.trim();
      }),
    );
  }
  return names;
}
