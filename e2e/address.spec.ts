/** Reload, back and forward show what the address says, and run nothing. */
import { expect } from '@playwright/test';
import { test, uncaughtErrors, Workbench } from './workbench';

test('the address holds the finding on the screen, its view, and those before it', async ({
  page,
  baseURL,
}) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  const start = await bench.finding();
  expect(page.url()).toBe(`${baseURL}/`);

  await bench.ask('The capital of Japan is', [4, 5]);
  await bench.ready();
  await bench.draw(2);
  await bench.run();
  await expect(bench.handle('finding')).toContainText('Tokyo');
  await expect.poll(() => page.url()).toMatch(/#v=\d&/);
  const told = await bench.finding();

  await test.step('what is selected replaces the entry', async () => {
    const before = page.url();
    await bench.cell('mlp', 4, 0).click();
    await expect.poll(() => page.url()).not.toBe(before);
  });

  await test.step('reload shows the same finding, with the cell that is held', async () => {
    await page.reload();
    await expect(bench.handle('finding')).toHaveText(told);
    await expect(bench.handle('prompt-input')).toHaveValue('The capital of Japan is');
    await expect(page.getByRole('button', { name: 'Release' })).toBeVisible();
  });

  await test.step('an example is an entry of its own; back and forward go through them', async () => {
    const japan = page.url();
    await bench.ready();
    await bench.handle('example').nth(1).click();
    await expect(bench.handle('finding')).not.toHaveText(told);
    await expect.poll(() => page.url()).not.toBe(japan);
    const example = page.url();
    await page.goBack();
    await expect(bench.handle('finding')).toHaveText(told);
    expect(page.url()).toBe(japan);
    await page.goBack();
    await expect(bench.handle('finding')).toHaveText(start);
    await expect(bench.handle('prompt-input')).not.toHaveValue('The capital of Japan is');
    expect(page.url()).toBe(`${baseURL}/`);
    await page.goForward();
    await page.goForward();
    await expect(bench.handle('finding')).not.toHaveText(told);
    expect(page.url()).toBe(example);
    await expect(bench.handle('cancel')).toBeHidden();
  });
  expect(errors).toEqual([]);
});

test('a link that a chat changed opens, with its number sign escaped, too', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.handle('example').nth(3).click();
  await expect.poll(() => page.url()).toContain('#');
  const told = await bench.finding();
  const link = page.url();
  for (const changed of [`${link}|finding>.`, link.replaceAll('&', '&amp;'), link.replace('#', '%23')]) {
    await page.goto('about:blank');
    await page.goto(changed);
    await expect(bench.handle('finding')).toHaveText(told);
    await expect(bench.handle('link-error')).toHaveCount(0);
  }
});

test('a bad link stands until another finding is shown, and is there again on the way back', async ({
  page,
}) => {
  const bench = new Workbench(page);
  const bad = './#v=1&n=400&c=00000000&d=AAAA';
  await page.goto(bad);
  await expect(bench.handle('link-error')).toContainText('cut off');
  await bench.cell('mlp', 1, 0).click();
  await page.waitForTimeout(800);
  expect(page.url()).toContain('n=400');
  await bench.handle('example').nth(1).click();
  await expect(bench.handle('link-error')).toHaveCount(0);
  await expect.poll(() => page.url()).not.toContain('n=400&');
  await page.goBack();
  await expect(bench.handle('link-error')).toContainText('cut off');
});
