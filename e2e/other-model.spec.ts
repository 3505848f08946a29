/** A finding's panels describe its own model, whichever is open. */
import { expect } from '@playwright/test';
import { ModelMenu } from './modelMenu';
import { twelveByTwelve } from './twelveByTwelve';
import { test, uncaughtErrors, Workbench } from './workbench';

const GROUPED = 'reference/goldens/gguf/tiny-llama.gguf';

test('models of other shapes open beside a finding, whose labels and numbers stay', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  const models = new ModelMenu(bench);
  await page.goto('./');
  await bench.ready();
  const large = bench.handle('attention-large');
  await bench.openTab('Attention');
  await expect(large).toContainText('Of all heads, it looks hardest from ·is at the subject');
  await bench.handle('attention-grid').getByLabel('Layer 2, head 3').click();
  await page.mouse.move(0, 0);
  const read = async () => {
    await bench.openTab('Lens');
    const lens = await bench.handle('lens').textContent();
    await bench.openTab('Attention');
    return {
      finding: await bench.finding(),
      attention: await large.textContent(),
      cells: await large.getByRole('gridcell').evaluateAll((all) => all.map((one) => one.ariaLabel)),
      heads: await bench.handle('attention-grid').getByRole('button').count(),
      lens,
    };
  };
  const before = await read();
  expect(before.attention).toContain('Layer 2, head 3');
  expect(before.attention).not.toContain('KV');
  const open = async (files: Parameters<ModelMenu['pick']>[0], heads: string) => {
    await models.show();
    await models.pick(files);
    await expect(models.menu).toContainText(heads);
    await models.hide();
    await expect(bench.handle('other-model')).toContainText('This finding is about Atlas, and');
    expect(await read()).toEqual(before);
  };

  await test.step('query heads that share keys and values', async () => {
    await open(GROUPED, 'key-value heads, each serves');
  });
  await test.step('twelve layers of twelve heads', async () => {
    await open(await twelveByTwelve(), '12 layers');
  });

  await test.step('on the way back to the finding it says which model it needs', async () => {
    const address = page.url();
    await bench.handle('example').nth(1).click();
    await expect.poll(() => page.url()).not.toBe(address);
    await bench.openTab('Attention');
    await expect(page.getByText(/Attention maps are read from Atlas, and .* is open/)).toBeVisible();
    await page.goBack();
    await expect(bench.handle('finding')).toHaveText(before.finding);
    await bench.openTab('Lens');
    await expect(page.getByText(/The logit lens is read from Atlas, and .* is open/)).toBeVisible();
    await models.show();
    await models.builtin('Atlas').click();
    await models.opened('Atlas');
    await models.hide();
    await expect(bench.handle('other-model')).toHaveCount(0);
    // Away from anything that would show a preview.
    await page.mouse.move(0, 0);
    await expect.poll(read).toEqual(before);
  });
  expect(errors).toEqual([]);
});
