/** The page looks as in e2e/reference: three widths, light and dark. `npm run reference` renews them. */
import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import examples from '../src/app/examples/examples.json' with { type: 'json' };
import { DESK, differs, MOST, PHONE, pictures } from './reference';
import { openFinding, test, Workbench } from './workbench';

const linkOf = (title: string) => {
  const index = examples.findIndex((example) => example.title === title);
  return readFileSync(`src/app/examples/links/${index}.txt`, 'utf8').trim();
};

/** The key states are pictured once for a desk and once for a phone. */
const once = async (bench: Workbench, state: string) => {
  await pictures(bench.page, state, [DESK], ['light']);
  await pictures(bench.page, state, [PHONE], ['dark']);
  await bench.page.setViewportSize({ width: DESK[0], height: DESK[1] });
};

test.use({ viewport: { width: DESK[0], height: DESK[1] }, colorScheme: 'light' });

test('a trace and its views', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await pictures(page, 'trace');
  await bench.openTab('Attention');
  await expect(bench.handle('attention-large')).toContainText('looks hardest');
  await pictures(page, 'attention');
  await bench.openTab('Lens');
  await expect(bench.handle('lens').getByRole('gridcell').first()).toBeVisible();
  await pictures(page, 'lens');
  await bench.openTab('Text');
  await pictures(page, 'text');
  await bench.openTab('Table');
  await expect(bench.handle('table-hidden')).toBeVisible();
  await pictures(page, 'table');
});

test('a graph, a classifier', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto(`./${linkOf('Through what path?')}`);
  await bench.ready();
  await pictures(page, 'graph');
  await openFinding(page, JSON.parse(readFileSync('e2e/reference/classifier.json', 'utf8')));
  await expect(bench.handle('other-model')).toBeVisible();
  await bench.ready();
  await pictures(page, 'classifier');
});

test('an edit, a comparison, a picker, the model menu', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.cell('hidden', 4, 3).click();
  await bench.handle('edit-zero').click();
  await expect(bench.handle('edit-answer')).toHaveAttribute('data-state', 'told');
  await once(bench, 'edit');
  await bench.handle('clear-edits').click();
  await page.getByRole('button', { name: /^Release/ }).click();

  await bench.handle('answer-picker').click();
  await expect(page.getByRole('option').filter({ hasText: 'Athens' })).toBeVisible();
  await pictures(page, 'picker', [DESK], ['light']);
  await page.keyboard.press('Escape');

  await bench.handle('model-menu').locator('> summary').click();
  await once(bench, 'models');
  await page.keyboard.press('Escape');

  await bench.handle('example').nth(1).click();
  await bench.handle('compare-pick').first().click();
  await expect(bench.handle('compare-findings').getByRole('gridcell').first()).toBeVisible();
  await once(bench, 'compare');
});

test('a net of pictures, its map and its graph', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.handle('model-menu').locator('> summary').click();
  await page.getByRole('button', { name: 'Open Shapes' }).click();
  await page.keyboard.press('Escape');
  await expect(bench.handle('gallery')).toContainText('320 in all');
  await once(bench, 'net');
  await bench.handle('net-question-select').selectOption('image-occlusion');
  await bench.run();
  await expect(bench.handle('figure-map')).toBeVisible();
  await once(bench, 'occlusion');
  await page.goto(`./${linkOf('What a class is made of')}`);
  await page.reload();
  await bench.ready();
  await once(bench, 'class-graph');
});

test('a picture that is missing is noticed', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.handle('figure-hidden').evaluate((figure) => {
    figure.style.visibility = 'hidden';
  });
  expect(await differs(page, `trace-${DESK[0]}-light`)).toBeGreaterThan(MOST);
});
