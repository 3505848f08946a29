import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { test, Workbench } from './workbench';

test('a part that cannot be drawn says so and gives the document; the rest of the page works', async ({
  page,
}) => {
  // Drawing fails until it is repaired.
  await page.addInitScript(() => {
    const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...asked: never) {
      if (document.documentElement.dataset.canvas !== 'mended') throw new TypeError('no canvas');
      return getContext.apply(this, asked) as never;
    };
  });
  await page.goto(`./${readFileSync('src/app/examples/links/4.txt', 'utf8').trim()}`);
  const bench = new Workbench(page);
  const failed = bench.handle('failed-part');
  await expect(failed).toContainText('The graph picture cannot be drawn.');
  await expect(bench.handle('status')).toBeVisible();
  await expect(bench.handle('finding')).toBeVisible();
  await expect(bench.handle('inspector')).toBeVisible();
  const started = page.waitForEvent('download');
  await failed.getByRole('button').click();
  const file = await (await started).path();
  expect(JSON.parse(readFileSync(file, 'utf8')).kind).toBe('graph');
  await page.evaluate(() => {
    document.documentElement.dataset.canvas = 'mended';
  });
  await bench.handle('example').first().click();
  await expect(bench.handle('figure-hidden')).toBeVisible();
  await expect(failed).toHaveCount(0);
});
