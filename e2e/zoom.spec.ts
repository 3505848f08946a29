import { expect } from '@playwright/test';
import { PLANTED } from '../src/results/testing/sampleCircuit';
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
