import { expect } from '@playwright/test';
import { test, uncaughtErrors, Workbench } from './workbench';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`${colorScheme} system`, () => {
    test.use({ colorScheme });

    test('the page follows the system, and the toggle changes it', async ({ page }) => {
      const errors = uncaughtErrors(page);
      const bench = new Workbench(page);
      await page.goto('./');
      await expect(bench.handle('finding')).toBeVisible();
      const before = await brightness(page);
      expect(before > 128 ? 'light' : 'dark').toBe(colorScheme);
      await bench.handle('theme-toggle').click();
      await expect.poll(async () => (await brightness(page)) > 128).toBe(colorScheme === 'dark');
      expect(errors).toEqual([]);
    });
  });
}

test.describe('a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('shows the finding without sideways scrolling', async ({ page }) => {
    const bench = new Workbench(page);
    await page.goto('./');
    await expect(bench.handle('finding')).toBeVisible();
    await expect(bench.handle('figure-hidden')).toBeVisible();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
});

/** Brightness of the page's background, 0 to 255. */
function brightness(page: import('@playwright/test').Page): Promise<number> {
  return page.evaluate(() => {
    const colour = getComputedStyle(document.body).backgroundColor;
    const canvas = document.createElement('canvas').getContext('2d')!;
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return (red! + green! + blue!) / 3;
  });
}
