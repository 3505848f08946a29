import { expect } from '@playwright/test';
import { test, uncaughtErrors, Workbench } from './workbench';

/** A valid link, from the example that the page opens with. */
let good = '';

test.beforeAll(async ({ browser, baseURL }) => {
  const page = await browser.newPage({ baseURL: baseURL! });
  const bench = new Workbench(page);
  await page.goto('./');
  await expect(bench.handle('finding')).toBeVisible();
  await bench.handle('copy-link').click();
  good = await bench.handle('link-url').inputValue();
  expect(good).toContain('#');
  await page.close();
});

const bad: readonly { name: string; spoil: (link: string) => string; says: RegExp }[] = [
  { name: 'truncated', spoil: (link) => link.slice(0, -200), says: /cut off/ },
  { name: 'foreign text', spoil: (link) => `${page(link)}#see-you-on-friday`, says: /not a Loci link/ },
  { name: 'a future version', spoil: (link) => link.replace('v=4', 'v=99'), says: /newer|version/ },
  { name: 'edited by hand', spoil: editedInTheMiddle, says: /changed/ },
  { name: 'not base64url', spoil: (link) => replaceAt(link, link.length - 50, '!'), says: /base64url/ },
];

for (const { name, spoil, says } of bad) {
  test(`a link that is bad: ${name}`, async ({ page }) => {
    const errors = uncaughtErrors(page);
    const bench = new Workbench(page);
    await page.goto(spoil(good));
    await expect(bench.handle('link-error')).toContainText(says);
    // The page keeps working, and the address still holds the opened link.
    await expect(bench.handle('prompt-input')).toBeVisible();
    expect(page.url()).toContain('#');
    expect(errors).toEqual([]);
  });
}

test('a good link has no error', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto(good);
  await expect(bench.handle('finding')).toBeVisible();
  await expect(bench.handle('link-error')).toHaveCount(0);
});

function page(link: string): string {
  return link.slice(0, link.indexOf('#'));
}

function editedInTheMiddle(link: string): string {
  const at = link.length - 100;
  return replaceAt(link, at, link[at] === 'A' ? 'B' : 'A');
}

function replaceAt(text: string, at: number, character: string): string {
  return text.slice(0, at) + character + text.slice(at + 1);
}
