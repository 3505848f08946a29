/** A finding in a frame of another page. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from '@playwright/test';
import { test, uncaughtErrors, Workbench } from './workbench';

const LINK = readFileSync(new URL('../src/app/examples/links/0.txt', import.meta.url), 'utf8').trim();

test('a copied frame shows the finding in a page of another origin, and loads no engine', async ({
  page,
}) => {
  const bench = new Workbench(page);
  await page.goto('./');
  // What this page fetches is over before the frame's requests are counted.
  await bench.ready();
  const finding = await bench.finding();
  await page.getByText('Export', { exact: true }).click();
  await bench.handle('copy-embed').click();
  await expect(bench.handle('link-url')).toBeVisible();
  const code = await page.evaluate(() => navigator.clipboard.readText());
  expect(code).toMatch(/^<iframe src="[^"]+" title="[^"]+" width="\d+" height="\d+" loading="lazy">/);

  const host = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(`<!doctype html>${code}`);
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  try {
    const errors = uncaughtErrors(page);
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.url()));
    await page.goto(`http://localhost:${(host.address() as AddressInfo).port}/`);
    const frame = page.frameLocator('iframe[title]');
    await expect(frame.locator('.sentence')).toHaveText(finding);
    expect(await frame.locator('svg rect').count()).toBeGreaterThan(40);
    // Column names are drawn apart from the cells.
    await expect(frame.locator('svg')).toContainText('layer');
    await expect(frame.locator('footer')).toContainText('Atlas');
    await expect(frame.getByText('Open in Loci')).toHaveAttribute('href', /^\.\/#v=4/);
    expect(sent.filter((url) => /worker|models\/|registry/.test(url))).toEqual([]);
    expect(errors).toEqual([]);
  } finally {
    host.close();
  }
});

test('it fills its frame, follows the scheme, and says what is wrong with a link', async ({ page }) => {
  for (const [width, height] of [
    [600, 400],
    [390, 300],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.goto('about:blank');
    await page.goto(`./embed.html${LINK}`);
    await expect(page.locator('footer')).toBeInViewport({ ratio: 1 });
    await expect(page.locator('svg')).toBeInViewport();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
  const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await colour();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(colour).not.toBe(light);

  await page.goto('about:blank');
  await page.goto(`./embed.html${LINK.slice(0, -20)}`);
  await expect(page.getByRole('alert')).toContainText('cut off');
  await page.goto('about:blank');
  await page.goto('./embed.html');
  await expect(page.getByRole('alert')).toBeVisible();
});
