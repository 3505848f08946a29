/** A prompt of 1,000 tokens: the page stays small and responsive. */
import { type Browser, expect, type Page } from '@playwright/test';
import { longModel } from './longModel';
import { ModelMenu } from './modelMenu';
import { test, Workbench } from './workbench';

const WORDS = ['France', 'is', 'the', 'capital', 'of', 'Japan'];
const PROMPT = Array.from({ length: 1000 }, (_, i) => WORDS[(i * i) % WORDS.length]).join(' ');

test('a prompt of 1,000 tokens, from typing to its attention and lens', async ({ page, browser }) => {
  const bench = new Workbench(page);
  const models = new ModelMenu(bench);
  await page.goto('./');
  await bench.ready();
  await models.show();
  await models.pick(await longModel());
  await expect(models.menu).toContainText('4 heads');
  await models.hide();

  await browser.startTracing(page, { categories: ['toplevel'] });
  await bench.ask(PROMPT, [990, 991]);
  await bench.draw(1);
  await bench.run();
  await wander(page, 'figure-hidden');
  await bench.openTab('Attention');
  // An assertion that waits has the page describe itself each time, in tasks of its own.
  await bench.handle('attention-text').filter({ hasText: '·capital' }).waitFor();
  await wander(page, 'attention-matrix');
  await wander(page, 'attention-text');
  await bench.openTab('Lens');
  await wander(page, 'lens-grid');
  await page.getByText('Raw document').click();
  await expect(page.locator('.raw')).toContainText('"format"');

  expect(await longestTask(browser)).toBeLessThan(200);
  expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(20_000);
  expect(await heapOf(page)).toBeLessThan(300 * 2 ** 20);
});

async function wander(page: Page, name: string): Promise<void> {
  const picture = page.getByTestId(name);
  await picture.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await picture.boundingBox())!;
  for (const part of [0.2, 0.4, 0.6]) await page.mouse.move(x + part * width, y + (1 - part) * height);
}

/**
 * Milliseconds of the longest task of the page's main thread: the thread's own time, which other
 * work on the machine does not lengthen.
 */
async function longestTask(browser: Browser): Promise<number> {
  interface Event {
    readonly name: string;
    readonly pid: number;
    readonly tid: number;
    readonly tdur?: number;
    readonly args?: { readonly name?: string };
  }
  const { traceEvents: events } = JSON.parse(String(await browser.stopTracing())) as { traceEvents: Event[] };
  const main = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const isMain = ({ pid, tid }: Event) => main.some((thread) => thread.pid === pid && thread.tid === tid);
  const tasks = events.filter((event) => event.tdur !== undefined && isMain(event));
  expect(tasks.length).toBeGreaterThan(100);
  return tasks.reduce((most, { tdur }) => Math.max(most, tdur! / 1000), 0);
}

async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value;
}
