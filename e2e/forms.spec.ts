import { expect } from '@playwright/test';
import { floats, toNpy } from '../src/share/npy';
import { test, uncaughtErrors, Workbench } from './workbench';

/** What is filled in before a question is run, so that it asks little. */
type Fill = (bench: Workbench) => Promise<void>;

const options = (bench: Workbench) => bench.handle('options');

/** Opens the form's sheet, where it is not open already. The link's box may cover the line's end. */
async function open(bench: Workbench): Promise<void> {
  const closed = bench.page.locator('details.options:not([open]) > summary');
  await expect(options(bench)).toBeVisible();
  if ((await closed.count()) > 0) await closed.click({ position: { x: 8, y: 8 } });
}

/** The sheet covers what is beneath it. */
async function close(bench: Workbench): Promise<void> {
  const opened = bench.page.locator('details.options[open] > summary');
  if ((await opened.count()) > 0) await opened.click();
}

/** Of several choices this one alone. */
async function only(bench: Workbench, legend: string, label: string): Promise<void> {
  const group = options(bench).getByRole('group', { name: legend, exact: true });
  await group.getByLabel(label, { exact: true }).check();
  const checked = group.getByRole('checkbox', { checked: true });
  const names = await checked.evaluateAll((all) => all.map((box) => box.parentElement!.textContent));
  for (const name of names) {
    if (name !== label) await group.getByLabel(name, { exact: true }).uncheck();
  }
}

const field = (bench: Workbench, label: string | RegExp) => options(bench).getByLabel(label, { exact: true });
const add = (bench: Workbench, each: string) => options(bench).getByRole('button', { name: each }).click();

const more = (bench: Workbench) => options(bench).getByText('More', { exact: true }).click();

const overSet =
  (name: string, take: string): Fill =>
  async (bench) => {
    await bench.handle('prompts').selectOption(name);
    await bench.page.getByLabel('How many').fill(take);
  };

const FILL: Readonly<Record<string, Fill>> = {
  'causal-trace': async (bench) => {
    await open(bench);
    await bench.handle('variant-corruption').selectOption('twin');
    await only(bench, 'Restore', 'MLP outputs');
    await bench.handle('window-picker').selectOption('fixed');
    await field(bench, 'Layers').fill('2');
    await field(bench, 'all tokens').check();
    await close(bench);
    await bench.handle('suggest-twin').click();
  },
  'activation-patching': async (bench) => {
    await bench.handle('suggest-twin').click();
    await open(bench);
    await only(bench, 'States to patch', 'head outputs (z), all positions');
  },
  ablation: async (bench) => {
    await open(bench);
    await field(bench, 'zero').check();
    await only(bench, 'Parts to ablate', 'attention outputs, all positions');
  },
  knockout: async (bench) => {
    await open(bench);
    const pairs = bench.handle('rows-pairs');
    await pairs.getByRole('button', { name: 'Remove this pair' }).first().click();
    await pairs.getByRole('combobox', { name: 'keys', exact: true }).first().selectOption('start');
    await add(bench, 'Add a head');
    await bench.handle('rows-heads').getByRole('combobox', { name: 'head', exact: true }).selectOption('1');
  },
  mediation: async (bench) => {
    await open(bench);
    await bench.handle('variant-corruption').selectOption('noise');
    // The noise's; those of the bootstrap are under More.
    await field(bench, 'draws').first().fill('2');
    await only(bench, 'Parts to go through', 'MLP outputs, all positions');
  },
  severed: async (bench) => {
    await open(bench);
    await bench.handle('variant-corruption').selectOption('noise');
    // The noise's; those of the bootstrap are under More.
    await field(bench, 'draws').first().fill('2');
  },
  'path-patching': async (bench) => {
    await open(bench);
    await add(bench, 'Add a sender');
    const receivers = bench.handle('rows-receivers');
    await add(bench, 'Add a receiver');
    await receivers.getByRole('combobox', { name: 'layer', exact: true }).selectOption('5');
    await receivers.getByRole('combobox', { name: 'reads', exact: true }).selectOption('v');
  },
  graph: async (bench) => {
    await open(bench);
    await field(bench, 'naming its edges').check();
    await field(bench, 'Edges, one a line').fill('input->logits\nm0->logits');
    await field(bench, 'a number').check();
    await field(bench, 'The number (default: 0)').fill('0.5');
    await field(bench, 'Faithfulness at ten sizes').uncheck();
    await field(bench, 'Sets for completeness and minimality').fill('0');
    await more(bench);
    await field(bench, 'Stability: search again with these shares left of a cut edge').fill('0.1, 0.2');
  },
  intervention: async (bench) => {
    await open(bench);
    await add(bench, 'Add an edit');
    const edits = bench.handle('rows-edits');
    await edits.getByRole('combobox', { name: 'do', exact: true }).selectOption('scale');
    await edits.getByRole('combobox', { name: 'site', exact: true }).selectOption('hook_mlp_out');
    await edits.getByRole('combobox', { name: 'layer', exact: true }).selectOption('2');
    await edits.getByLabel('times', { exact: true }).fill('0.5');
    await add(bench, 'Add a mask');
    await bench.handle('rows-masks').getByRole('combobox', { name: 'keys', exact: true }).selectOption('all');
    await bench.handle('rows-masks').getByRole('button', { name: 'Remove this mask' }).click();
    await add(bench, 'Add a rewrite');
  },
  'attention-counterfactual': async (bench) => {
    await open(bench);
    await field(bench, 'Tokens to list').fill('3');
  },
  attribution: open,
  'input-attribution': async (bench) => {
    await open(bench);
    await field(bench, 'Steps').fill('5');
    await field(bench, 'Also by dimension of the embedding (one prompt)').check();
  },
  'logit-lens': open,
  steering: async (bench) => {
    await open(bench);
    await bench.handle('variant-direction').selectOption('vector');
    const file = { name: 'v.npy', mimeType: '', buffer: Buffer.from(toNpy(floats([0.5, -2]))) };
    await field(bench, 'numbers: file').setInputFiles(file);
    await expect(field(bench, 'numbers')).toHaveValue('0.5, -2');
    await bench.handle('variant-direction').selectOption('probe');
    await field(bench, 'towards, a prompt a line').fill('The capital of France is\nThe capital of Spain is');
    await field(bench, 'away from, a prompt a line').fill('The capital of Japan is\nThe capital of China is');
    await field(bench, 'Doses').fill('-1, 0, 1');
  },
  trajectory: async (bench) => {
    await open(bench);
    await field(bench, 'Nearness to every token').uncheck();
  },
  'average-trace': async (bench) => {
    await overSet('atlas-facts', '2')(bench);
    await open(bench);
    await field(bench, 'Draws of noise for each prompt').fill('1');
    await only(bench, 'Restore', 'MLP outputs');
    await bench.handle('window-picker').selectOption('fixed');
    await more(bench);
    await field(bench, 'Seed of the noise').fill('5');
    await field(bench, 'the same draws, as in ROME’s code').check();
  },
  probe: async (bench) => {
    await overSet('atlas-facts', '6')(bench);
    await open(bench);
    await field(bench, /^Classes/).fill('a\nb\na\nb\na\nb');
    await field(bench, 'Layers (default: all)').fill('1');
    await field(bench, 'Share of the prompts for training').fill('0.6');
  },
  selectivity: async (bench) => {
    for (const name of ['recall', 'reasoning']) {
      const set = bench.handle(`set-${name}`);
      await set.getByRole('combobox').selectOption('atlas-facts');
      await set.getByLabel('How many').fill('4');
    }
    await field(bench, 'zero').check();
    await field(bench, 'Random circuits beside it').fill('2');
  },
  'text-order': async (bench) => {
    await add(bench, 'Add an item');
    const items = bench.handle('rows-items');
    await items
      .getByLabel('documents, one a line', { exact: true })
      .fill('France is a country.\nPeru is a country.');
    await items.getByLabel('question', { exact: true }).fill(' The capital of France is');
    await items.getByLabel('answer', { exact: true }).fill(' Paris');
    await items.getByLabel('distractor', { exact: true }).fill(' Lima');
  },
};

test('every question is asked by its form: filled in, run, read, and opened from its link', async ({
  page,
  context,
}) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  const kinds = await bench
    .handle('question-select')
    .locator('option')
    .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value));
  expect(kinds.sort()).toEqual(Object.keys(FILL).sort());
  for (const [kind, fill] of Object.entries(FILL)) {
    await test.step(kind, async () => {
      await bench.choose(kind);
      await fill(bench);
      await close(bench);
      await bench.ready();
      await bench.run();
      const told = await bench.finding();
      expect(told.length).toBeGreaterThan(20);
      await bench.handle('copy-link').click();
      const friend = await context.newPage();
      await friend.goto(await bench.handle('link-url').inputValue());
      await expect(new Workbench(friend).handle('finding')).toHaveText(told);
      await friend.close();
    });
  }
  expect(errors).toEqual([]);
});

test('specs/text-order.json opens as a question, though it has items', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await page.getByLabel(/^Open a finding/).setInputFiles('specs/text-order.json');
  await expect(bench.handle('given')).toContainText('Text order');
  await bench.ready();
});
