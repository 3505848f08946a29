import { expect, type Page } from '@playwright/test';
import { type CircuitShape, GPT2_SMALL, PLANTED } from '../src/results/testing/sampleCircuit';
import { graphDocument } from './documents';
import { downloaded, fileOf, openFinding, test, uncaughtErrors, type Workbench } from './workbench';

/** Most time of the median pointer move, relative to the first, which builds the index of edges. */
const MOVE_SHARE = 1 / 20;

async function openGraph(page: Page, shape: CircuitShape): Promise<Workbench> {
  const bench = await openFinding(page, graphDocument(shape));
  await expect(bench.handle('graph-picture')).toBeVisible();
  return bench;
}

test('a graph from a file: hover, pins, keys, groups, pruning, table and exports', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = await openGraph(page, PLANTED);
  const picture = bench.handle('graph-picture');
  const details = bench.handle('graph-details');
  const node = (id: string) => picture.locator(`[data-id="${id}"]`);
  await expect(picture).toHaveAttribute('data-edges', '12');
  await expect(bench.handle('graph-truth')).toContainText('Faithfulness');

  await test.step('pointing at a node lights its paths and moves nothing', async () => {
    const place = () => node('m3').locator('rect').getAttribute('y');
    const before = await place();
    await node('a1.h2').hover();
    await expect(picture).toHaveAttribute('data-tracing');
    await expect(picture.locator('[data-node][data-lit]')).toHaveCount(8);
    await expect(bench.handle('tooltip')).toContainText('Head 2 of block 1: 3 edges in, 3 out');
    expect(await place()).toEqual(before);
  });

  await test.step('keys go along the strongest edges', async () => {
    await node('a1.h2').focus();
    await page.keyboard.press('ArrowUp');
    await expect(node('a3.h3')).toBeFocused();
    await page.keyboard.press('ArrowUp');
    await expect(node('logits')).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    await expect(node('a3.h0')).toBeFocused();
    await expect(details).toContainText('Head 0 of block 3');
  });

  await test.step('clicks pin, G groups, undo takes back', async () => {
    await node('m0').click();
    await node('a0.h1').click({ modifiers: ['ControlOrMeta'] });
    await expect(picture.locator('.pinned')).toHaveCount(2);
    await page.keyboard.press('g');
    await expect(node('Group 1')).toBeVisible();
    await expect(node('m0')).toHaveCount(0);
    await details.getByLabel('Name of the group').fill('early words');
    await page.keyboard.press('Enter');
    await expect(node('early words')).toBeVisible();
    await page.keyboard.press('u');
    await page.keyboard.press('u');
    await expect(node('m0')).toBeVisible();
  });

  await test.step('a note, a cut and a hidden node', async () => {
    await node('a3.h3').focus();
    await page.keyboard.press('Escape');
    await node('a3.h3').click();
    await page.keyboard.press('e');
    await page.keyboard.type('writes the answer');
    await page.keyboard.press('Escape');
    await expect(node('a3.h3')).toContainText('writes the answer');
    await node('a3.h3').press('x');
    await expect(bench.handle('graph')).toContainText('Cut in this picture: a3.h3.');
    await node('m3').click();
    await node('m3').press('h');
    await expect(node('m3')).toHaveCount(0);
    await bench.handle('graph').getByRole('button', { name: 'Show all' }).click();
    await expect(node('m3')).toHaveCount(1);
  });

  await test.step('the slider draws more of the strongest edges', async () => {
    await bench.handle('graph-prune').focus();
    await page.keyboard.press('ArrowRight');
    await expect(picture).toHaveAttribute('data-edges', '13');
    await page.getByLabel('Edges drawn', { exact: true }).fill('40');
    await expect(picture).toHaveAttribute('data-edges', '40');
  });

  await test.step('the exports show the same, and the table has a row for each edge', async () => {
    const svg = (await downloaded(bench, 'svg')).toString();
    expect(svg.match(/<path class="edge"/g)).toHaveLength(40);
    expect((await downloaded(bench, 'png')).subarray(1, 4).toString()).toBe('PNG');
    await bench.handle('graph').getByRole('button', { name: 'Table' }).click();
    await expect(bench.handle('graph-table').locator('tbody tr')).toHaveCount(40);
    await bench.handle('graph-table').getByRole('button', { name: 'From' }).click();
    await expect(bench.handle('graph-table').locator('tbody tr').first()).toContainText('The embeddings');
    await page.getByRole('button', { name: 'Graph as found' }).click();
    await expect(bench.handle('graph-table').locator('tbody tr')).toHaveCount(12);
  });
  expect(errors).toEqual([]);
});

test('on a phone neither a graph nor two make the page scroll sideways', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const bench = await openGraph(page, PLANTED);
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(await overflow()).toBeLessThanOrEqual(0);
  await bench.handle('compare-file').setInputFiles(fileOf(graphDocument(PLANTED, 2)));
  await expect(bench.handle('compare-counts')).toBeVisible();
  await expect(bench.handle('compare').locator('table')).toBeVisible();
  expect(await overflow()).toBeLessThanOrEqual(0);
});

test('pointing around among all 32,491 edges of GPT-2 small uses the index', async ({ page }) => {
  const bench = await openGraph(page, GPT2_SMALL);
  await page.getByLabel('Edges drawn', { exact: true }).fill('32491');
  const picture = bench.handle('graph-picture');
  await expect(picture).toHaveAttribute('data-edges', '32491');
  await picture.scrollIntoViewIfNeeded();
  const times = await picture.evaluate(async (stage) => {
    const handler: number[] = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntriesByName('loci graph hover')) handler.push(entry.duration);
    }).observe({ entryTypes: ['measure'] });
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const box = stage.getBoundingClientRect();
    const high = Math.min(box.height, innerHeight - box.top);
    const move = (t: number) =>
      stage.dispatchEvent(
        new PointerEvent('pointermove', {
          bubbles: true,
          clientX: box.left + box.width * (0.5 + 0.45 * Math.sin(7 * t)),
          clientY: box.top + high * (0.5 + 0.45 * Math.sin(5 * t + 1)),
        }),
      );
    // The first move builds the index.
    move(0);
    await frame();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const first = handler.splice(0);
    const frames: number[] = [];
    let last = await frame();
    const end = last + 2000;
    while (last < end) {
      move((end - last) / 2000);
      const now = await frame();
      frames.push(now - last);
      last = now;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { first, handler, frames };
  });
  const at = (list: number[], share: number) =>
    list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(share * list.length))]!;
  const line = (list: number[]) => [0.5, 0.95, 1].map((share) => at(list, share).toFixed(1)).join(', ');
  console.warn(
    `first move ${times.first[0]?.toFixed(1)} ms; handler p50, p95, max: ${line(times.handler)} ms (${times.handler.length} moves); frames: ${line(times.frames)} ms`,
  );
  expect(times.handler.length).toBeGreaterThan(10);
  // A ratio, since milliseconds would depend on the machine and its load.
  expect(at(times.handler, 0.5)).toBeLessThan(MOVE_SHARE * times.first[0]!);
});
