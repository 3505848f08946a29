import { expect } from '@playwright/test';
import { browserWithoutWebGpu, downloaded, test, uncaughtErrors, Workbench } from './workbench';

/** What is displayed: nodes of the picture, edges as in the table. */
async function shownGraph(bench: Workbench): Promise<{ nodes: string[]; edges: string[] }> {
  const graph = bench.handle('graph');
  const nodes = await bench
    .handle('graph-node')
    .evaluateAll((all) => all.map((node) => (node as HTMLElement).dataset.id ?? '').sort());
  await graph.getByRole('button', { name: 'Table' }).click();
  const rows = await bench.handle('graph-table').locator('tbody tr').allInnerTexts();
  // A group shows the sum of several edges, each of which the link keeps to its displayed digits.
  const edges = rows
    .map((row) => (row.includes('nodes as one') ? row.replace(/[+−][\d.]+/, '') : row))
    .sort();
  await graph.getByRole('button', { name: 'Picture' }).click();
  return { nodes, edges };
}

const QUICK = JSON.stringify({
  version: 1,
  kind: 'graph',
  model: { id: 'atlas' },
  metric: 'logit-diff',
  cases: [
    {
      prompt: 'The capital of France is',
      subject: 'France',
      answer: ' Paris',
      distractor: ' Oslo',
      corrupted: 'The capital of Norway is',
    },
  ],
  curve: false,
  random: 0,
  samples: 0,
  resamples: 0,
  interactions: 0,
});

/** Finds the graph of the prompt that the page opens with. */
async function findGraph(bench: Workbench): Promise<void> {
  await bench.page.goto('./');
  await bench.ready();
  await bench.choose('graph');
  await expect(bench.handle('question-hint')).toContainText('needs a corrupted twin');
  await bench.handle('suggest-twin').click();
  await bench.ready();
  await expect(bench.handle('metric-picker')).toHaveValue('logit-diff');
  await expect(bench.handle('estimate')).toContainText(/[\d,]+ forward passes/);
  // The same question without its tests, which take most of the time.
  await bench.page.getByText('Export', { exact: true }).click();
  const file = { name: 'quick.json', mimeType: 'application/json', buffer: Buffer.from(QUICK) };
  await bench.page.setInputFiles('.menu-file input[accept*=csv]', file);
  await expect(bench.handle('given')).toContainText('quick.json');
  await bench.ready();
  await bench.run();
  await expect(bench.handle('graph')).toBeVisible();
}

test('a graph is found, pruned, cut, grouped and annotated, and a link shows the same picture', async ({
  page,
}) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await findGraph(bench);
  await expect(bench.handle('finding')).toContainText(/[\d,]+ of [\d,]+ edges .* carry/);
  const graph = bench.handle('graph');

  await test.step('fewer edges are drawn', async () => {
    await graph.getByLabel('Edges drawn', { exact: true }).fill('20');
    await expect(bench.handle('graph-picture')).toHaveAttribute('data-edges', '20');
  });

  await test.step('a node that is cut changes the answer, and mending it brings the answer back', async () => {
    await bench.handle('wire-name').fill('m0');
    await bench.handle('cut-wire').click();
    await expect(bench.handle('cut-answer')).toContainText(/With 5 wires cut the model says ·\S+ \(/);
    await expect(bench.handle('cut-answer')).toContainText(/uncut it says ·Paris/);
    await bench.handle('wire-name').fill('a0.h1->m1');
    await bench.handle('wire-name').press('Enter');
    await expect(bench.handle('cut-answer')).toContainText('With 6 wires cut');
    await bench.handle('undo-cut').click();
    await expect(bench.handle('cut-answer')).toContainText('With 5 wires cut');
  });

  await test.step('an edge is measured by itself, into a new finding', async () => {
    await bench.handle('wire-name').fill('input->m0');
    await bench.handle('measure-wire').click();
    await expect(bench.handle('history').getByRole('listitem')).toHaveCount(3);
    await expect(bench.handle('cut-answer')).toContainText('With 5 wires cut');
  });

  await test.step('by keyboard: two nodes are pinned and grouped, and the group has a note', async () => {
    const node = (id: string) => graph.locator(`[data-id="${id}"]`);
    await node('m0').focus();
    await page.keyboard.press('Enter');
    await node('m1').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('g');
    await expect(node('Group 1')).toBeVisible();
    await page.keyboard.press('e');
    await page.keyboard.type('the fact');
    await page.keyboard.press('Escape');
  });

  const shown = await shownGraph(bench);
  expect(shown.nodes).toContain('Group 1');
  expect(shown.edges.length).toBeGreaterThan(10);
  await bench.handle('copy-link').click();
  const link = await bench.handle('link-url').inputValue();
  expect(link).toContain('#v=4&');
  expect(link.length).toBeLessThan(9000);

  await test.step('a fresh profile without WebGPU shows the same picture, and says what is missing', async () => {
    const browser = await browserWithoutWebGpu();
    try {
      const friend = await browser.newPage();
      await friend.goto(link);
      const theirs = new Workbench(friend);
      await expect(theirs.handle('graph')).toBeVisible();
      await expect(theirs.handle('graph-picture')).toBeVisible();
      expect(await shownGraph(theirs)).toEqual(shown);
      await expect(theirs.handle('graph').locator('textarea')).toHaveValue('the fact');
      await expect(theirs.handle('cuts')).toContainText('all wires into m0');
      await expect(theirs.handle('cut-answer')).toContainText(/WebGPU/);
    } finally {
      await browser.close();
    }
  });

  await test.step('the exports hold the graph', async () => {
    const json = JSON.parse((await downloaded(bench, 'json')).toString());
    expect(json.graph.edges.length).toBeGreaterThanOrEqual(20);
    expect((await downloaded(bench, 'svg')).toString()).toMatch(/^<svg /);
    expect((await downloaded(bench, 'png')).subarray(1, 4).toString()).toBe('PNG');
    expect((await downloaded(bench, 'dot')).toString()).toMatch(/^(strict )?digraph/);
    expect(JSON.parse((await downloaded(bench, 'eap-ig')).toString()).edges).toBeDefined();
    expect(JSON.parse((await downloaded(bench, 'neuronpedia')).toString()).links).toBeDefined();
  });

  await test.step('two graphs are held against each other', async () => {
    await bench.handle('compare-with').selectOption({ index: 1 });
    await expect(bench.handle('compare-counts')).toContainText(
      /\d+ edges in both, 0 only in A, 0 only in B: Jaccard 1, rank correlation of [\d,]+ scores 1\./,
    );
  });

  await test.step('the other of the two is drawn in the same places, and so are both as one', async () => {
    const place = async () => {
      const [a, b] = await Promise.all(
        ['first', 'last'].map((which) =>
          bench.handle('graph-node')[which as 'first' | 'last']().boundingBox(),
        ),
      );
      return [Math.round(a!.x - b!.x), Math.round(a!.y - b!.y)];
    };
    const before = await place();
    await bench.handle('compare').getByRole('button', { name: 'Draw B' }).click();
    await expect(bench.handle('compare').getByRole('button', { name: 'Draw B' })).toHaveAttribute(
      'aria-pressed',
      'true',
    );
    expect(await place()).toEqual(before);
    await bench.handle('compare').getByRole('button', { name: 'Both' }).click();
    await expect(bench.handle('graph-legend')).toContainText(
      /in both \([1-9]\d*\): .*only in A \(0\)only in B \(0\)/,
    );
    expect(await place()).toEqual(before);
  });

  await test.step('a run again finds the same edges', async () => {
    await page.goto('about:blank');
    await page.goto(link);
    await bench.ready();
    await bench.handle('rerun').click();
    await expect(bench.handle('deviation')).toContainText('The same finding.');
  });
  expect(errors).toEqual([]);
});
