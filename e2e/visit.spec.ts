/**
 * Uses the features that no other test uses, so that the page's policy is checked on all of them
 * (by workbench.ts).
 */
import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { ModelMenu } from './modelMenu';
import { test, uncaughtErrors, Workbench } from './workbench';

/** The experiments that no other test runs: their example specs, with few prompts and draws. */
const SMALLER: Readonly<Record<string, object>> = {
  'attention-counterfactual': {},
  attribution: {},
  'input-attribution': { steps: 5 },
  'average-trace': { set: { name: 'atlas-facts', take: 2, seed: 1 }, samples: 1 },
  intervention: {},
  knockout: {},
  'logit-lens': {},
  mediation: {},
  probe: {},
  severed: {},
  steering: { layers: [3], alphas: [0, 1] },
  trajectory: {},
  'text-order': {},
  selectivity: {},
};

test('a visit that asks every experiment, writes every format and exports the model', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  const models = new ModelMenu(bench);
  await page.goto('./');
  await bench.ready();

  for (const [kind, changes] of Object.entries(SMALLER)) {
    await test.step(kind, async () => {
      const spec = { ...JSON.parse(readFileSync(`specs/${kind}.json`, 'utf8')), ...changes };
      if (spec.model.id === 'planted') {
        await models.show();
        await models.builtin('Planted circuit').click();
        await models.opened('Planted circuit');
        await models.hide();
      }
      await page.getByText('Export', { exact: true }).click();
      await page.setInputFiles('.menu-file input', {
        name: `${kind}.json`,
        mimeType: 'application/json',
        buffer: Buffer.from(JSON.stringify(spec)),
      });
      await expect(bench.handle('given')).toContainText(`${kind}.json`);
      await bench.ready();
      await bench.run();
      await expect(bench.handle('status')).toHaveAttribute('data-phase', 'done');
    });
  }

  await test.step('formats', async () => {
    await page.getByText('Export', { exact: true }).click();
    const choices = page.locator('[data-testid^=export-]:enabled');
    // Some formats appear once their writers are loaded.
    await expect.poll(() => choices.count()).toBeGreaterThan(4);
    const formats = await choices.evaluateAll((all) =>
      all.map((one) => (one as HTMLElement).dataset.testid!),
    );
    await page.keyboard.press('Escape');
    for (const format of formats) {
      await page.getByText('Export', { exact: true }).click();
      const started = page.waitForEvent('download');
      await bench.handle(format).click();
      await started;
    }
  });

  await test.step('the model as ONNX', async () => {
    await models.show();
    const started = page.waitForEvent('download');
    await models.menu.getByRole('button', { name: 'Save as ONNX' }).click();
    expect((await started).suggestedFilename()).toMatch(/\.onnx$/);
    await models.hide();
  });

  await test.step('the licences', async () => {
    await page.getByRole('button', { name: 'Help and keys' }).click();
    const opened = page.waitForEvent('popup');
    await page.getByRole('link', { name: 'Licences' }).click();
    const text = (await (await opened).textContent('body')) ?? '';
    for (const name of ['react-dom', 'onnxruntime-web', '@huggingface/tokenizers', '@bufbuild/protobuf']) {
      expect(text).toContain(`\n${name} `);
    }
  });
  expect(errors).toEqual([]);
});
