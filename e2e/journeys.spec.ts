/** Four people with a purpose each, and how few clicks and typed texts it takes them. */
import { readFileSync } from 'node:fs';
import { expect, type Locator, type Page } from '@playwright/test';
import { twelveByTwelve } from './twelveByTwelve';
import { browserWithoutWebGpu, test, uncaughtErrors, Workbench } from './workbench';

/** Counts what a person does: a click, a choice, a text typed. Waiting and reading cost nothing. */
class Hand {
  count = 0;

  async click(where: Locator): Promise<void> {
    this.count++;
    await where.click();
  }

  async type(where: Locator, text: string): Promise<void> {
    this.count++;
    await where.fill(text);
  }

  async choose(where: Locator, option: string): Promise<void> {
    this.count++;
    await where.selectOption(option);
  }

  async pick(where: Locator, files: Parameters<Locator['setInputFiles']>[0]): Promise<void> {
    this.count++;
    await where.setInputFiles(files);
  }
}

const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

test('a student asks about another country, and a friend without WebGPU reads it', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  const hand = new Hand();
  await page.goto('./');
  await bench.ready();
  await hand.type(bench.handle('prompt-input'), 'The capital of Japan is');
  await bench.ready();
  await hand.click(bench.handle('run'));
  await bench.finished();
  await expect(bench.handle('finding')).toContainText('Tokyo');
  await hand.click(bench.handle('copy-link'));
  expect(hand.count).toBeLessThanOrEqual(4);

  const told = await bench.finding();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const browser = await browserWithoutWebGpu();
  try {
    const friend = await browser.newPage();
    const theirErrors = uncaughtErrors(friend);
    await friend.goto(link);
    const theirs = new Workbench(friend);
    await expect(theirs.handle('finding')).toHaveText(told);
    await theirs.cell('hidden', 4, 0).hover();
    await expect(theirs.handle('tooltip')).toContainText('%');
    expect(theirErrors).toEqual([]);
  } finally {
    await browser.close();
  }
  expect(errors).toEqual([]);
});

test('a researcher opens her own checkpoint, ablates a head, patches heads, compares, and takes the code', async ({
  page,
}) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  const hand = new Hand();
  await page.goto('./');
  await bench.ready();

  await test.step('her checkpoint opens on a prompt that it can answer', async () => {
    await hand.click(bench.handle('model-menu').locator('> summary'));
    await hand.pick(page.getByLabel('Choose files'), await twelveByTwelve());
    await expect(bench.handle('other-model')).toContainText('This finding is about Atlas');
    await expect(bench.handle('choices')).toContainText(/here it says|knows this/);
    await bench.ready();
  });

  await test.step('a trace of her own prompt', async () => {
    await hand.type(bench.handle('prompt-input'), 'The capital of Japan is');
    await bench.ready();
    await hand.click(bench.handle('run'));
    await bench.finished();
    await expect(bench.handle('other-model')).toHaveCount(0);
    await expect(bench.handle('figure-hidden')).toHaveAttribute('aria-colcount', '12');
  });

  await test.step('one head is ablated by hand', async () => {
    await hand.choose(bench.handle('edit-bar').getByLabel('Layer', { exact: true }), '5');
    await hand.click(bench.handle('edit-zero'));
    await expect(bench.handle('edit-chip')).toContainText('head 5.0 zero');
    await expect(bench.handle('edit-answer')).toHaveAttribute('data-state', 'told');
  });

  await test.step('heads are patched between her two prompts, and she takes the code', async () => {
    await hand.click(bench.handle('open-map'));
    const heads = bench.handle('map').getByRole('row', { name: /^head/ });
    await hand.click(heads.getByRole('button', { name: 'Activation patching', exact: true }));
    await hand.type(bench.handle('corrupt-to'), 'The capital of Italy is');
    await bench.ready();
    await hand.click(bench.handle('run'));
    await bench.finished();
    await expect(bench.handle('figure-attn_head_out_all_pos').getByRole('gridcell')).toHaveCount(144);
    await hand.click(page.getByText('Export', { exact: true }));
    const started = page.waitForEvent('download');
    await hand.click(bench.handle('export-transformer-lens'));
    expect((await started).suggestedFilename()).toMatch(/\.py$/);
  });

  await test.step('she compares it with another twin', async () => {
    await hand.type(bench.handle('corrupt-to'), 'The capital of China is');
    await bench.ready();
    await hand.click(bench.handle('run'));
    await bench.finished();
    await hand.click(bench.handle('compare-pick').first());
    const differences = bench
      .handle('compare-findings')
      .getByTestId(/_difference$/)
      .getByRole('gridcell');
    await expect(differences).toHaveCount(144);
  });
  expect(hand.count).toBeLessThanOrEqual(15);
  expect(errors).toEqual([]);
});

test('a teacher shows the finding in a frame and in full screen, and prints it', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const link = readFileSync('src/app/examples/links/0.txt', 'utf8').trim();
  await page.goto(`./embed.html${link}`);
  await expect(page.locator('.sentence')).toContainText('France');
  await expect(page.locator('svg')).toBeInViewport();

  const bench = new Workbench(page);
  const hand = new Hand();
  await page.goto('./');
  await expect(bench.handle('figure-hidden')).toBeVisible();
  await hand.click(page.getByRole('button', { name: 'Full screen' }).first());
  await expect.poll(() => page.evaluate(() => document.fullscreenElement !== null)).toBe(true);
  await expect(bench.handle('figure-hidden')).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('Escape');
  await page.evaluate(() => document.fullscreenElement && document.exitFullscreen());

  await page.emulateMedia({ media: 'print' });
  for (const part of ['finding', 'figure-hidden', 'figure-mlp', 'figure-attn'])
    await expect(bench.handle(part)).toBeVisible();
  // Nothing is wider than a page of A4, and no picture is cut in two.
  await page.setViewportSize({ width: 700, height: 1000 });
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  const breaks = await page
    .locator('svg[role=grid]')
    .evaluateAll((all) => all.map((one) => getComputedStyle(one.closest('figure')!).breakInside));
  expect(breaks.every((rule) => /avoid/.test(rule))).toBe(true);
  const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
  expect(pdf.match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(0);
  expect(hand.count).toBeLessThanOrEqual(1);
  expect(errors).toEqual([]);
});

test.describe('a reader on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('sees sentence and picture at once, and numbers with one tap', async ({ page }) => {
    const errors = uncaughtErrors(page);
    const bench = new Workbench(page);
    await page.goto('./');
    await expect(bench.handle('finding')).toBeInViewport({ ratio: 1 });
    await expect(bench.handle('figure-hidden')).toBeInViewport({ ratio: 1 });
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await bench.cell('hidden', 4, 0).tap();
    await expect(bench.handle('inspector')).toBeInViewport({ ratio: 1 });
    await expect(bench.handle('inspector')).toContainText(/p\(Paris\).*%/);
    expect(errors).toEqual([]);
  });
});
