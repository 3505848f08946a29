import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { ModelMenu } from './modelMenu';
import { test, uncaughtErrors, Workbench } from './workbench';

const ATLAS = 'public/models/atlas';

/** Atlas as files, with a pattern of exponential running time on texts without '!'. */
async function catastrophicAtlas() {
  const read = (name: string) => readFile(`${ATLAS}/${name}`);
  const json = async (name: string) => JSON.parse((await read(name)).toString('utf8'));
  const tokenizer = await json('tokenizer.json');
  const split = {
    type: 'Split',
    pattern: { Regex: '^(([a-zA-Z ]+)+)+!' },
    behavior: 'Isolated',
    invert: false,
  };
  tokenizer.pre_tokenizer = { type: 'Sequence', pretokenizers: [split, tokenizer.pre_tokenizer] };
  const files = {
    'config.json': await read('config.json'),
    'tokenizer.json': Buffer.from(JSON.stringify(tokenizer)),
    'tokenizer_config.json': await read('tokenizer_config.json'),
    'loci.json': Buffer.from(JSON.stringify({ ...(await json('loci.json')), title: 'Hostile' })),
    'facts.json': await read('facts.json'),
    'model.safetensors': await read('model.safetensors'),
  };
  const mimeType = 'application/octet-stream';
  return Object.entries(files).map(([name, buffer]) => ({ name, buffer, mimeType }));
}

test('a tokenizer that does not come to an end says so, and another model opens and answers', async ({
  page,
}) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  const errors = uncaughtErrors(page);
  const models = new ModelMenu(bench);
  await models.show();
  await models.pick(await catastrophicAtlas());
  await models.opened('Hostile');
  await models.hide();
  const prompt = 'The capital of France and all the other places is';
  await bench.handle('prompt-input').fill(prompt);
  await expect(page.getByText(`"${prompt}" took more than 2 s`).first()).toBeVisible();

  await models.show();
  await models.builtin('Atlas').click();
  await models.opened('Atlas');
  await models.hide();
  await bench.handle('prompt-input').fill('The capital of France is');
  await expect(bench.handle('answer-picker')).toHaveAttribute('placeholder', '·Paris');
  expect(errors).toEqual([]);
});
