/**
 * Nothing jumps: all layout shifts count, also those within half a second of an input. Where the
 * press itself asks for another form or another row, shifts count after that half second.
 */
import { expect, type Page } from '@playwright/test';
import { test, Workbench } from './workbench';

/** Most that a step may shift, as a share of the window (web.dev/cls). */
const MOST = 0.02;

/** Sums up shifts from the page's start on; a call returns those since the last one. */
async function shifts(page: Page): Promise<() => Promise<{ sum: number; late: number; what: string[] }>> {
  await page.addInitScript(() => {
    type Shift = PerformanceEntry & {
      readonly value: number;
      readonly hadRecentInput: boolean;
      readonly sources: readonly { readonly node: Node | null }[];
    };
    const seen: Shift[] = [];
    const observer = new PerformanceObserver((list) => seen.push(...(list.getEntries() as Shift[])));
    observer.observe({ type: 'layout-shift', buffered: true });
    const named = (node: Node | null) => (node instanceof Element ? node.outerHTML.slice(0, 80) : 'text');
    const take = () => {
      seen.push(...(observer.takeRecords() as Shift[]));
      const all = seen.splice(0);
      return {
        sum: all.reduce((sum, { value }) => sum + value, 0),
        late: all.reduce((sum, { value, hadRecentInput }) => sum + (hadRecentInput ? 0 : value), 0),
        what: all.map(({ value, sources }) => `${value}: ${sources.map(({ node }) => named(node))}`),
      };
    };
    Object.assign(globalThis, { takeShifts: take });
  });
  return () => page.evaluate(() => (globalThis as unknown as { takeShifts(): never }).takeShifts());
}

test('nothing jumps: on load, while the question is edited, by an edit of the model, by a run', async ({
  page,
}) => {
  const bench = new Workbench(page);
  const take = await shifts(page);
  const steady = async (step: string, counted: 'sum' | 'late' = 'sum') => {
    // Shifts are reported with the frame that shows them.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100))));
    const { what, ...sums } = await take();
    expect.soft(sums[counted], `${step}:\n${what.join('\n')}`).toBeLessThanOrEqual(MOST);
  };
  await page.goto('./');
  await bench.ready();
  await steady('load');

  const prompt = bench.handle('prompt-input');
  await prompt.fill('The capital of Japan is');
  await bench.ready();
  await steady('another prompt');
  await prompt.fill('The capital of Japan, which is a country of many islands in the east of Asia, is');
  await expect(bench.handle('chip').nth(12)).toBeAttached();
  await steady('a longer prompt');
  await prompt.fill('');
  await expect(bench.handle('run')).toBeDisabled();
  await steady('no prompt');
  await prompt.fill('The capital of France is');
  await bench.ready();
  await bench.choose('activation-patching');
  await steady('another question', 'late');
  await bench.choose('causal-trace');
  await bench.ready();
  await steady('back to the question', 'late');

  await bench.cell('hidden', 4, 3).click();
  await steady('a selected cell', 'late');
  await bench.handle('edit-zero').click();
  await expect(bench.handle('edit-answer')).toHaveAttribute('data-state', 'told');
  await steady('an edit of the model', 'late');
  await bench.handle('clear-edits').click();
  await steady('no edit', 'late');

  await page.keyboard.press('Escape');
  await steady('no cell', 'late');
  await bench.draw(2);
  await steady('an option');
  await bench.run();
  await steady('a run');
});
