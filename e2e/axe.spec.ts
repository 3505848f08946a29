/**
 * axe-core finds nothing in any state of the page, light or dark. A test walks one page through the
 * states of its group. A new state is one more `expectClean` where the page is in it.
 */
import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { GPT2_SMALL } from '../src/results/testing/sampleCircuit';
import { expectClean, loadAxe, violations } from './axe';
import { brokenAtlas } from './brokenAtlas';
import { graphDocument, tallDocument } from './documents';
import { longModel } from './longModel';
import { ModelMenu } from './modelMenu';
import { browserWithoutWebGpu, test, Workbench } from './workbench';

const PHONE = { width: 390, height: 844 };
/** A window of 1280 x 900 at 200 %. */
const ZOOMED = { width: 640, height: 450 };
const DESK = { width: 1280, height: 900 };

const linkOf = (example: number) => readFileSync(`src/app/examples/links/${example}.txt`, 'utf8').trim();

async function visit(page: Page, address = './'): Promise<Workbench> {
  await loadAxe(page);
  const bench = new Workbench(page);
  await page.goto(address);
  await expect(bench.handle('finding')).toBeVisible();
  return bench;
}

test('a finding: every view, window and medium', async ({ page }) => {
  const bench = await visit(page);
  await expectClean(page, 'first paint');
  await page.setViewportSize(ZOOMED);
  await expectClean(page, '200 %');
  await page.setViewportSize(PHONE);
  await bench.cell('hidden', 2, 1).click();
  await expect(bench.handle('inspector')).toBeInViewport();
  await expectClean(page, 'phone, sheet');
  await page.getByRole('button', { name: 'Release' }).click();
  await page.setViewportSize(DESK);
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  expect.soft(await violations(page), 'print').toEqual([]);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: 'screen', forcedColors: 'active' });
  await expectClean(page, 'forced colours');
  await page.emulateMedia({ forcedColors: 'none' });

  await bench.ready();
  await bench.cell('hidden', 2, 1).click();
  await expectClean(page, 'a selected cell');
  for (const tab of ['Attention', 'Lens', 'Text', 'Table'] as const) {
    await bench.openTab(tab);
    await expect(page.getByRole('tabpanel', { name: tab })).toBeVisible();
    await expectClean(page, tab, '.results');
  }
  await bench.openTab('Map');
  await page.getByRole('button', { name: 'Full screen' }).first().click();
  await expect.poll(() => page.evaluate(() => document.fullscreenElement !== null)).toBe(true);
  await expectClean(page, 'full screen', ':fullscreen');
  await page.evaluate(() => document.exitFullscreen());
});

test('menus and dialogs', async ({ page }) => {
  const bench = await visit(page);
  await bench.ready();
  const models = new ModelMenu(bench);
  await models.show();
  await expectClean(page, 'model menu', '.header');
  await models.hide();
  await page.getByRole('button', { name: 'Help and keys' }).click();
  await expectClean(page, 'help', 'dialog[open]');
  await page.keyboard.press('Escape');
  await bench.handle('open-map').click();
  await expect(bench.handle('map')).toBeVisible();
  await expectClean(page, 'map of experiments', 'dialog[open]');
  await page.keyboard.press('Escape');
  await bench.handle('example').nth(1).click();
  // The other one is the finding shown.
  await bench.handle('compare-pick').click();
  await expect(bench.handle('compare-findings').getByRole('gridcell').first()).toBeVisible();
  await expectClean(page, 'two findings', 'dialog[open]');
  await page.keyboard.press('Escape');
  await page.getByText('Export', { exact: true }).click();
  await expectClean(page, 'export menu', '.header');
});

test('a question: stale, edited, running, cancelled, failed', async ({ page }) => {
  const bench = await visit(page, './?test');
  await bench.ready();
  await bench.ask('The capital of Japan is', [4, 5]);
  await bench.ready();
  await expectClean(page, 'stale');
  await bench.cell('hidden', 4, 3).click();
  await bench.handle('edit-zero').click();
  await expect(bench.handle('edit-answer')).toHaveAttribute('data-state', 'told');
  await expectClean(page, 'edits', '.results');
  await bench.handle('clear-edits').click();

  await bench.makeLong(4);
  await bench.handle('run').click();
  await expect(bench.cells('attn')).toHaveCount(0);
  await expectClean(page, 'running');
  await page.evaluate(() =>
    (window as unknown as { loci: { loseDevice(): Promise<void> } }).loci.loseDevice(),
  );
  await expectClean(page, 'lost device');
  await bench.handle('cancel').click();
  await bench.finished();
  await expectClean(page, 'cancelled');
  await bench.handle('prompt-input').fill('ירושלים היא בירת ישראל, 42 (שלום)!');
  await expect(bench.handle('chip').nth(20)).toBeAttached();
  await expectClean(page, 'right to left');

  const models = new ModelMenu(bench);
  await models.show();
  await models.pick(await brokenAtlas('transformer.h.3.ln_1.weight'));
  await expect(models.menu).toContainText('blocks.3.ln1.w: has 1 NaN');
  await models.hide();
  await bench.handle('prompt-input').fill('The capital of Kenya is');
  await expect(page.getByText('logits are not finite').first()).toBeVisible();
  await expectClean(page, 'failed');
});

test('every question has a form', async ({ page }) => {
  const bench = await visit(page);
  await bench.ready();
  const kinds = await bench
    .handle('question-select')
    .locator('option')
    .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value));
  for (const kind of kinds) {
    await bench.choose(kind);
    await expect(bench.handle('options')).toBeVisible();
    const closed = page.locator('details.options:not([open]) > summary');
    if ((await closed.count()) > 0) await closed.click({ position: { x: 8, y: 8 } });
    const more = bench.handle('options').getByText('More', { exact: true });
    if ((await more.count()) > 0) await more.click();
    await expectClean(page, kind, '.question');
    const opened = page.locator('details.options[open] > summary');
    if ((await opened.count()) > 0) await opened.click();
  }
});

test('large findings and long prompts', async ({ page, context }) => {
  const bench = await visit(page);
  await bench.ready();
  await bench.openFile(tallDocument(40, 48));
  await expect(bench.handle('figure-map')).toHaveAttribute('aria-rowcount', '40');
  await expectClean(page, '48 layers');
  await bench.openFile(graphDocument(GPT2_SMALL));
  await expect(bench.handle('graph-picture')).toBeVisible();
  await expectClean(page, 'graph');
  await context.setOffline(true);
  await expectClean(page, 'offline');
  await context.setOffline(false);
  const models = new ModelMenu(bench);
  await models.show();
  await models.pick(await longModel());
  await expect(models.menu).toContainText('4 heads');
  await models.hide();
  await bench.handle('prompt-input').fill(Array.from({ length: 300 }, () => 'France').join(' '));
  await expect(bench.handle('chip').nth(299)).toBeAttached();
  await expectClean(page, '300 tokens');
});

test('without WebGPU, and in a frame', async ({ baseURL }) => {
  const browser = await browserWithoutWebGpu();
  try {
    const page = await browser.newPage({ baseURL: baseURL! });
    const bench = await visit(page, `./${linkOf(1)}`);
    await expect(bench.handle('webgpu-missing')).toBeVisible();
    await expectClean(page, 'without WebGPU');
    await page.goto(`./embed.html${linkOf(0)}`);
    await expect(page.locator('.sentence')).toBeVisible();
    await expectClean(page, 'embed.html');
    await page.goto('about:blank');
    await page.goto('./embed.html#broken');
    await expect(page.getByRole('alert')).toBeVisible();
    await expectClean(page, 'embed.html, a broken link');
  } finally {
    await browser.close();
  }
});
