import { readFile, stat } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { COMMIT, HubServer } from './hubServer';
import { ModelMenu } from './modelMenu';
import { downloaded, test, uncaughtErrors, Workbench } from './workbench';
import { whole, wideModel } from './wideModel';

const ATLAS = 'public/models/atlas';
const FILES = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];
const GGUF = 'reference/goldens/gguf/tiny-llama.gguf';
const ID = 'someone/atlas';
const { size: WEIGHTS } = await stat(`${ATLAS}/model.safetensors`);
/** Bytes of Atlas's small files, plus some headers. */
const SMALL = 400_000;
/** Bytes of the weights that come at once where a download stays in its middle. */
const HALF = 1_500_000;

let hub: HubServer;
test.beforeEach(async () => {
  hub = new HubServer({ [ID]: ATLAS });
  await hub.start();
});
test.afterEach(() => hub.stop());

async function visit(page: Page) {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  return { bench, models: new ModelMenu(bench), errors: uncaughtErrors(page) };
}

/** Capitals that Atlas knows, each used once per test so that answers cannot be confused. */
const CAPITALS = { Japan: 'Tokyo', Kenya: 'Nairobi', Jamaica: 'Kingston' } as const;

/** The open model is Atlas, whatever its origin, and answers. */
async function answers(bench: Workbench, country: keyof typeof CAPITALS): Promise<void> {
  await bench.handle('prompt-input').fill(`The capital of ${country} is`);
  await expect(bench.handle('next-tokens')).toContainText(CAPITALS[country]);
}

test('a hub id is priced before it is fetched, opens, and later opens offline', async ({ page }) => {
  const { bench, models, errors } = await visit(page);
  await models.lookUp(ID, hub.base);
  await expect(models.preview).toContainText('Downloads 2.7 MB');
  await expect(models.preview).toContainText(COMMIT.slice(0, 12));
  expect(hub.served).toBeLessThan(SMALL);

  await models.open('Atlas');
  await expect(models.menu).toContainText(COMMIT.slice(0, 12));
  expect(hub.served).toBeGreaterThan(WEIGHTS);
  expect(hub.served).toBeLessThan(WEIGHTS + 2 * SMALL);
  await models.hide();
  await answers(bench, 'Japan');

  await test.step('offline, after the page was closed', async () => {
    await page.reload();
    await bench.ready();
    await hub.stop();
    await models.lookUp(ID, hub.base);
    await expect(models.preview).toContainText('kept on this device');
    await models.open('Atlas');
    await expect(models.menu).toContainText(COMMIT.slice(0, 12));
    await models.hide();
    await answers(bench, 'Kenya');
  });

  await test.step('deleted from this device', async () => {
    await models.show();
    await models.stored.getByRole('button', { name: `Delete ${ID} from this device` }).click();
    await expect(models.stored).toBeHidden();
    await models.lookUp(ID, hub.base);
    await expect(models.error).toContainText('config.json: cannot be fetched');
    await expect(bench.handle('run')).toBeEnabled();
  });
  expect(errors).toEqual([]);
});

test('a download is stopped in the middle, and goes on from there', async ({ page }) => {
  const { bench, models, errors } = await visit(page);
  await models.lookUp(ID, hub.base);
  await expect(models.openButton).toBeEnabled();
  hub.slowFrom = HALF;
  await models.openButton.click();
  await models.hide();
  // Atlas stays usable meanwhile.
  await bench.run();
  await models.show();
  const opening = bench.handle('opening');
  await expect(opening).toContainText('1.5 MB of 2.7 MB');
  await opening.getByRole('button', { name: 'Cancel' }).click();
  await expect(opening).toBeHidden();
  hub.slowFrom = null;
  await expect(models.error).toBeHidden();
  await expect(models.stored).toContainText(/[\d.]+ MB of 3 MB/);
  await expect(models.preview).toContainText(/Downloads [\d.]+ MB of 2\.7 MB; the rest is here already/);
  await models.hide();
  await answers(bench, 'Japan');

  await models.show();
  await models.open('Atlas');
  await expect(models.menu).toContainText(COMMIT.slice(0, 12));
  // Both parts together are one file and some headers, not one and a half.
  expect(hub.servedWeights).toBeLessThan(WEIGHTS + SMALL);
  expect(errors).toEqual([]);
});

test('a page that is closed in the middle of a download loses nothing of it', async ({ page, context }) => {
  const { models } = await visit(page);
  await models.lookUp(ID, hub.base);
  await expect(models.openButton).toBeEnabled();
  hub.slowFrom = HALF;
  await models.openButton.click();
  await expect(models.menu).toContainText('1.5 MB of 2.7 MB');
  await page.close();
  // The server notices a little later, and would otherwise send the rest.
  await expect.poll(() => hub.sending).toBe(0);
  hub.slowFrom = null;

  const again = await visit(await context.newPage());
  await again.models.lookUp(ID, hub.base);
  await expect(again.models.preview).toContainText(/Downloads 1\.\d MB of 2\.7 MB; the rest is here already/);
  await again.models.open('Atlas');
  expect(hub.servedWeights).toBeLessThan(WEIGHTS + SMALL);
  await again.models.hide();
  await answers(again.bench, 'Japan');
  expect(again.errors).toEqual([]);
});

test('the planted models come with the page and answer as they were made to', async ({ page }) => {
  const { bench, models, errors } = await visit(page);
  await models.show();
  await models.builtin('Planted circuit').click();
  await models.opened('Planted circuit');
  await models.hide();
  await bench.handle('prompt-input').fill('owl Monday and fox Tuesday, Ana visits');
  await expect(bench.handle('next-tokens')).toContainText('Monday');
  await models.show();
  await models.builtin('Atlas').click();
  await models.opened('Atlas');
  expect(errors).toEqual([]);
});

test('what cannot be opened says why in one sentence, and Atlas goes on', async ({ page }) => {
  const { bench, models, errors } = await visit(page);

  await test.step('no such model', async () => {
    await models.lookUp('nobody/nothing', hub.base);
    await expect(models.error).toContainText('config.json: is missing');
  });

  await test.step('an architecture that Loci does not know', async () => {
    hub.virtual.set('someone/mamba/config.json', whole(Buffer.from('{"model_type": "mamba"}')));
    await models.lookUp('someone/mamba', hub.base);
    await expect(models.error).toContainText("'mamba' is a state-space");
  });

  await test.step('weights that are not those that the hub announces', async () => {
    hub.announcedHash = 'ab'.repeat(32);
    await models.lookUp(ID, hub.base);
    await models.openButton.click();
    await expect(models.error).toContainText('the download is not the file that 127.0.0.1');
    await expect(models.title).toHaveText('Atlas');
    await expect(models.menu).toContainText('builtin');
    await expect(models.stored).not.toContainText('2.7');
    hub.announcedHash = null;
    await models.lookUp(ID, hub.base);
    await expect(models.preview).toContainText('Downloads 2.7 MB.');
  });

  await models.hide();
  await answers(bench, 'Japan');
  await expect(bench.handle('run')).toBeEnabled();
  expect(errors).toEqual([]);
});

test('a model that does not fit is known before it is fetched; half floats help where they do', async ({
  page,
}) => {
  const { models } = await visit(page);
  const limit = await page.evaluate(async () => {
    const { limits } = (await navigator.gpu.requestAdapter())!;
    return Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  });
  // The widest matrix has 4 width^2 numbers: 4/3 of the limit as floats, 2/3 as halves; or more.
  const tight = 64 * Math.ceil(Math.sqrt(limit / 12) / 64);
  for (const [id, width] of [
    ['someone/tight', tight],
    ['someone/vast', 8 * tight],
  ] as const) {
    for (const [name, file] of Object.entries(await wideModel(width))) hub.virtual.set(`${id}/${name}`, file);
  }

  await models.lookUp('someone/tight', hub.base);
  await expect(models.preview.getByLabel('half floats, packed')).toBeChecked();
  await expect(models.openButton).toBeEnabled();
  await models.preview.getByLabel('32-bit floats').check();
  await expect(models.preview.getByRole('alert')).toContainText(
    /blocks\.0\.[\w.]+ cannot be split and needs [\d,]+ MB/,
  );
  await expect(models.openButton).toBeDisabled();

  await models.lookUp('someone/vast', hub.base);
  await expect(models.preview).toContainText('someone/vast');
  await expect(models.preview.getByRole('alert')).toContainText('cannot be split');
  await models.preview.getByLabel('half floats, packed').check();
  await expect(models.openButton).toBeDisabled();
  expect(hub.served).toBeLessThan(2 * SMALL);
});

test('files and a dropped folder open as models', async ({ page }) => {
  const { bench, models, errors } = await visit(page);
  await models.show();
  await models.pick(FILES.map((name) => `${ATLAS}/${name}`));
  await models.opened('gpt2, 6 layers, 128 wide');
  await expect(models.menu).toContainText('measured on 200 names');
  await models.hide();
  await answers(bench, 'Japan');

  await test.step('a drop of the files of a grouped-query llama', async () => {
    await models.show();
    await drop(page, {
      'config.json': await readFile('reference/goldens/tiny-llama/config.json'),
      'model.safetensors': await readFile('reference/goldens/tiny-llama/model.safetensors'),
      'tokenizer.json': Buffer.from(JSON.stringify(await letterTokenizer())),
    });
    await expect(models.menu).toContainText('2 key-value heads, each serves 3 query heads');
    await models.hide();
    await bench.handle('prompt-input').fill('the cat');
    await expect(bench.handle('next-tokens')).not.toContainText(CAPITALS.Japan);
    await expect(bench.handle('next-tokens')).toContainText('%');
    await expect(bench.handle('question-problem')).toBeEmpty();
  });

  await test.step('a drop that is no model', async () => {
    await models.show();
    await drop(page, { 'notes.txt': Buffer.from('hello') });
    await expect(models.error).toContainText('config.json: is missing');
    await expect(models.menu).toContainText('2 key-value heads');
  });
  expect(errors).toEqual([]);
});

test('a GGUF file: its attention names the key-value head', async ({ page }) => {
  const { bench, models, errors } = await visit(page);
  await models.show();
  await models.pick(GGUF);
  await models.opened('tiny-llama.gguf');
  await models.hide();
  await bench.ask('the cat in the hat', [2, 4]);
  // Changes the noise from the default of three sigma.
  await bench.handle('options').locator('> summary').click();
  await bench.handle('options').getByLabel('size (s3 is three sigma)').fill('0.1');
  await bench.ready();
  await bench.run();
  await bench.openTab('Attention');
  await expect(bench.handle('attention-large')).toContainText(/KV head 0 \(serves Q 0-\d\)/);
  expect(errors).toEqual([]);
});

test('half floats and the verdict of onnxruntime-web go into the document', async ({ page }) => {
  const { bench, models, errors } = await visit(page);
  await models.lookUp(ID, hub.base);
  await models.preview.getByLabel('half floats, packed').check();
  await models.openButton.click();
  // The one with the page has the same title, and the preview the same words.
  await expect(models.menu).toContainText(/Weights on the device\s*half floats, packed/);
  await models.opened('Atlas');
  await models.hide();
  await expect(bench.handle('verified-badge')).toBeHidden();

  await models.show();
  await models.menu.getByRole('button', { name: 'Verify on this prompt' }).click();
  await expect(bench.handle('verify')).toContainText('hook sites; largest difference');
  await models.hide();
  await expect(bench.handle('verified-badge')).toHaveText('verified');

  await bench.run();
  const document = JSON.parse((await downloaded(bench, 'json')).toString());
  expect(document.model).toMatchObject({ id: ID, revision: COMMIT, weights: 'f16' });
  expect(document.environment.verified.against).toContain('onnxruntime-web');
  expect(document.environment.verified.relative).toBeLessThan(document.environment.verified.bar);
  expect(errors).toEqual([]);
});

/** Drops files onto the open menu. */
async function drop(page: Page, files: Readonly<Record<string, Buffer>>): Promise<void> {
  const contents = Object.entries(files).map(([name, bytes]) => [name, bytes.toString('base64')] as const);
  const data = await page.evaluateHandle((list) => {
    const transfer = new DataTransfer();
    for (const [name, base64] of list) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
    }
    return transfer;
  }, contents);
  const target = page.locator('body');
  await target.dispatchEvent('dragover', { dataTransfer: data });
  await target.dispatchEvent('drop', { dataTransfer: data });
}

/**
 * Atlas's tokenizer without merges: letters and the space, at most 61 tokens, for a model with that
 * vocabulary.
 */
async function letterTokenizer(): Promise<unknown> {
  const tokenizer = JSON.parse(await readFile(`${ATLAS}/tokenizer.json`, 'utf8'));
  const letters = Object.keys(tokenizer.model.vocab).filter((token) => /^[a-zA-ZĠ.,]$/.test(token));
  tokenizer.model.vocab = Object.fromEntries(['<|endoftext|>', ...letters].map((token, id) => [token, id]));
  tokenizer.model.merges = [];
  return tokenizer;
}
