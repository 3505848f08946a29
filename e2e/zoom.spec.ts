import { expect } from '@playwright/test';
import { GPT2_SMALL, PLANTED } from '../src/results/testing/sampleCircuit';
import { graphDocument } from './documents';
import { openFinding, test, uncaughtErrors } from './workbench';

test('a crowded graph: keys and buttons show a part, and a node out of sight is brought in', async ({
  page,
}) => {
  const errors = uncaughtErrors(page);
  const bench = await openFinding(page, graphDocument(PLANTED));
  const picture = bench.handle('graph-picture');
  const zoom = page.getByRole('group', { name: 'Zoom' });
  await expect(picture).toBeVisible();
  await expect(zoom).toHaveCount(0);
  await page.getByLabel('Edges drawn', { exact: true }).fill('200');
  await picture.scrollIntoViewIfNeeded();
  const node = (id: string) => picture.locator(`[data-id="${id}"]`);
  const place = (id: string) => node(id).boundingBox();
  const whole = await place('a1.h2');
  await zoom.getByRole('button', { name: 'Zoom in' }).click();
  await node('a1.h2').hover();
  await expect(bench.handle('tooltip')).toContainText('Head 2 of block 1');
  expect((await place('a1.h2'))!.width).toBeGreaterThan(whole!.width * 1.3);
  await node('a1.h2').focus();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowUp');
  await expect(node('logits')).toBeFocused();
  const [stage, logits] = [(await picture.boundingBox())!, (await place('logits'))!];
  // The ring of a focused node is drawn around it.
  expect(logits.y).toBeGreaterThanOrEqual(stage.y - 3);
  await page.keyboard.press('0');
  // Its ring may have grown; its place is the same.
  const middle = ({ x, width }: { x: number; width: number }) => x + width / 2;
  await expect.poll(async () => middle((await place('a1.h2'))!)).toBeCloseTo(middle(whole!), 0);
  expect((await place('a1.h2'))!.y).toBeCloseTo(whole!.y, 0);
  expect(errors).toEqual([]);
});

test.describe('by touch', () => {
  test.use({ hasTouch: true });

  test('two fingers enlarge a crowded graph; while it moves only its strongest edges are painted', async ({
    page,
  }) => {
    const bench = await openFinding(page, graphDocument(GPT2_SMALL));
    const picture = bench.handle('graph-picture');
    await page.getByLabel('Edges drawn', { exact: true }).fill('5000');
    await expect(picture).toHaveAttribute('data-painted', '5000');
    const painted = await picture.evaluateHandle((element) => {
      const counts: string[] = [];
      new MutationObserver(() => counts.push((element as HTMLElement).dataset.painted!)).observe(element, {
        attributeFilter: ['data-painted'],
      });
      return counts;
    });
    const { x, y, width, height } = (await picture.boundingBox())!;
    const fingers = (apart: number) =>
      [-1, 1].map((side, id) => ({ x: x + width / 2 + side * apart, y: y + height / 2, id }));
    const session = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart?: number) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: apart === undefined ? [] : fingers(apart),
      });
    // d3-zoom loads with the picture.
    await expect(async () => {
      await touch('touchStart', 40);
      for (const apart of [60, 80, 100, 120]) await touch('touchMove', apart);
      await touch('touchEnd');
      await expect(page.getByRole('button', { name: 'Zoom out' })).toBeEnabled({ timeout: 1000 });
    }).toPass();
    await expect(page.getByRole('group', { name: 'Zoom' })).toContainText(/[2-8](\.\d)? ×/);
    await expect(picture).toHaveAttribute('data-painted', '5000');
    expect(await painted.jsonValue()).toContain('2000');
  });
});
