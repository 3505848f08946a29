/**
 * A net of pictures on the page: files are dropped, questions asked, the picture painted over, and the
 * finding read in a browser without WebGPU.
 */
import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { expectClean, loadAxe } from './axe';
import { browserWithoutWebGpu, downloaded, test, uncaughtErrors, Workbench } from './workbench';

const SHAPES = 'public/models/shapes';
const NET = ['model.onnx', 'config.json', 'preprocessor_config.json'].map((name) => `${SHAPES}/${name}`);

/** Drops files anywhere on the page. */
async function drop(page: Page, files: readonly { readonly name: string; readonly bytes: Buffer }[]) {
  const given = files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') }));
  await page.evaluate((list) => {
    const dataTransfer = new DataTransfer();
    for (const { name, base64 } of list) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      dataTransfer.items.add(new File([bytes], name));
    }
    document.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
  }, given);
}

const onDisk = (paths: readonly string[]) =>
  paths.map((path) => ({ name: path.split('/').at(-1)!, bytes: readFileSync(path) }));

/** Chooses a question about the net, and runs it. */
async function ask(bench: Workbench, kind: string): Promise<string> {
  const before = await bench
    .handle('finding')
    .textContent({ timeout: 1 })
    .catch(() => null);
  await bench.handle('net-question-select').selectOption(kind);
  await bench.run();
  await expect(bench.handle('status')).toHaveAttribute('data-phase', 'done');
  await expect(bench.handle('finding')).not.toHaveText(before ?? '');
  return bench.finding();
}

test('a net and pictures are dropped, painted over, asked and shared', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await loadAxe(page);
  await page.goto('./');
  await bench.ready();
  await drop(page, onDisk([...NET, `${SHAPES}/scenes.zip`]));
  const rows = bench.handle('classes').getByRole('row');
  await expect(rows.nth(1)).toContainText('blue circle');
  await expect(bench.handle('gallery').getByRole('radio').first()).toBeChecked();

  await test.step('paint', async () => {
    const painting = bench.handle('painting').getByRole('grid');
    const box = (await painting.boundingBox())!;
    await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 5 });
    await page.mouse.up();
    await expect(bench.handle('classes').getByRole('columnheader', { name: 'painted' })).toBeVisible();
    await bench.handle('brush-clear').click();
    await expect(bench.handle('classes').getByRole('columnheader', { name: 'painted' })).toBeHidden();
  });

  await test.step('paint by keyboard', async () => {
    const cell = bench.handle('painting').getByRole('gridcell');
    await cell.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(bench.handle('brush-clear')).toBeVisible();
    await bench.handle('brush-clear').click();
  });

  for (const kind of ['class-graph', 'image-occlusion', 'removal'])
    await test.step(kind, async () => {
      expect(await ask(bench, kind)).toContain('blue circle');
    });

  const said = await test.step('share', async () => {
    await bench.handle('net-question-select').selectOption('image-occlusion');
    await bench.run();
    await expect(bench.handle('finding')).toContainText(/^Without the square/);
    await expect(bench.handle('figure-map')).toBeVisible();
    await expectClean(page, 'a map over a picture');
    expect((await downloaded(bench, 'npz')).length).toBeGreaterThan(1000);
    return bench.finding();
  });
  await expect(page).toHaveURL(/#v=4/);
  expect(errors).toEqual([]);

  await test.step('read without WebGPU, and asked again there', async () => {
    const browser = await browserWithoutWebGpu();
    const reader = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await reader.goto(page.url());
    const other = new Workbench(reader);
    await expect(other.handle('finding')).toHaveText(said);
    await expect(other.handle('figure-map')).toBeVisible();
    await expect(other.handle('other-model')).toContainText('This finding is about');
    expect(await reader.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    // Nets need no graphics card.
    await drop(reader, onDisk([...NET, `${SHAPES}/scenes.zip`]));
    await other.handle('model-menu').locator('> summary').click();
    const place = other.handle('net-compute-on');
    await expect(place).toContainText(/the processor computes[.]/);
    await expect(place.getByRole('radio', { name: 'graphics card' })).toBeDisabled();
    await reader.keyboard.press('Escape');
    await expect(other.handle('rerun')).toBeEnabled();
    await other.handle('rerun').click();
    await expect(other.handle('deviation')).toContainText('The same finding.');
    await browser.close();
  });
});

test('a generator from the menu makes pictures, and units can be painted out of them', async ({ page }) => {
  const bench = new Workbench(page);
  await loadAxe(page);
  await page.goto('./');
  await bench.handle('model-menu').locator('> summary').click();
  await page.getByRole('button', { name: 'Open Scenes' }).click();
  await expect(bench.handle('painting').getByRole('grid')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(bench.handle('net-intro')).toBeVisible();
  await expectClean(page, 'a generator');
  const picture = () => bench.handle('painting').locator('image').getAttribute('href');
  const before = await picture();
  await page.getByLabel('Seed of the latent').fill('2');
  await expect.poll(picture).not.toBe(before);

  await test.step('units become 0 where it is painted', async () => {
    await bench.handle('brush-tools').locator('> summary').click();
    await bench.handle('brush-tools').getByLabel('Paint over').selectOption('relu4');
    const whole = await picture();
    await bench.handle('painting').getByRole('gridcell').focus();
    await page.keyboard.press('Enter');
    await expect.poll(picture).not.toBe(whole);
    await bench.handle('brush-clear').click();
    await expect.poll(picture).toBe(whole);
  });

  for (const kind of ['dissection', 'dose-response'])
    await test.step(kind, async () => {
      await ask(bench, kind);
      await expect(bench.handle('figure').first()).toBeVisible();
    });

  await test.step('back to the language model', async () => {
    await bench.handle('model-menu').locator('> summary').click();
    await bench.handle('net-close').click();
    await page.keyboard.press('Escape');
    await expect(bench.handle('prompt-input')).toBeVisible();
    await expect(bench.handle('finding')).toContainText('Paris');
  });
});

test.describe('hostile files', () => {
  const bad: Readonly<Record<string, Buffer>> = {
    'a text': Buffer.from('this is no net'),
    nothing: Buffer.alloc(0),
    'half a net': readFileSync(`${SHAPES}/model.onnx`).subarray(0, 40_000),
    'a claim of 2 GB': Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x07]),
  };
  for (const [what, bytes] of Object.entries(bad))
    test(`${what} is refused in one sentence, and the page stays as it was`, async ({ page }) => {
      const errors = uncaughtErrors(page);
      const bench = new Workbench(page);
      await page.goto('./');
      await bench.ready();
      const said = await bench.finding();
      await drop(page, [{ name: 'model.onnx', bytes }]);
      await expect(bench.handle('net-open-error')).toBeVisible();
      expect(await bench.handle('net-open-error').textContent()).toMatch(/^[^\n]{20,600}[.]$/);
      await page.keyboard.press('Escape');
      expect(await bench.finding()).toBe(said);
      await bench.ready();
      expect(errors).toEqual([]);
    });
});
