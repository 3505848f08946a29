/** Hubs that are silent, stall, or want someone else's token, as a visitor sees them. */
import { stat } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { HubServer } from './hubServer';
import { ModelMenu } from './modelMenu';
import { test, uncaughtErrors, Workbench } from './workbench';

const ATLAS = 'public/models/atlas';
const ID = 'someone/atlas';
const TOKEN = 'hf_secret';
const { size: WEIGHTS } = await stat(`${ATLAS}/model.safetensors`);
const STALL = 1_000_000;

let hub: HubServer;
let mirror: HubServer;
test.beforeEach(async () => {
  hub = new HubServer({ [ID]: ATLAS });
  mirror = new HubServer({ [ID]: ATLAS });
  await Promise.all([hub.start(), mirror.start()]);
});
test.afterEach(() => Promise.all([hub.stop(), mirror.stop()]));

async function visit(page: Page) {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  return { bench, models: new ModelMenu(bench), errors: uncaughtErrors(page) };
}

/** Shortens the engine's half-minute deadlines to 3 s, and its pauses by the same factor. */
async function hurry(page: Page): Promise<void> {
  for (const worker of page.workers()) {
    await worker.evaluate(() => {
      const real = self.setTimeout;
      const shorter = (ms = 0) => (ms === 30_000 || ms <= 2000 ? ms / 10 : ms);
      const setTimeout = (action: () => void, ms?: number) => real(action, shorter(ms));
      Object.assign(self, { setTimeout, calm: () => Object.assign(self, { setTimeout: real }) });
    });
  }
}

/** Gives the engine its own deadlines back: a busy machine needs them. */
async function calm(page: Page): Promise<void> {
  // A tokenizer's thread may end meanwhile.
  for (const worker of page.workers())
    await worker.evaluate(() => (self as unknown as { calm(): void }).calm()).catch(() => undefined);
}

test('a silent hub can be left, and is given up after half a minute', async ({ page }) => {
  const { bench, models, errors } = await visit(page);
  hub.isSilent = true;
  await models.lookUp(ID, hub.base);
  const looking = bench.handle('looking');
  await expect(looking).toContainText(`Looking at ${ID}`);
  await looking.getByRole('button', { name: 'Cancel' }).click();
  await expect(looking).toBeHidden();
  await expect(models.error).toBeHidden();

  await hurry(page);
  await models.lookUp(ID, hub.base);
  await expect(models.error).toHaveText(
    /^config\.json: cannot be fetched from .* \(no answer for 30 s\)\. Try again later, or open a local folder instead\.$/,
  );

  await calm(page);
  await models.lookUp(ID, mirror.base);
  await expect(models.preview).toContainText('Downloads 2.7 MB');
  await expect(bench.handle('run')).toBeEnabled();
  expect(errors).toEqual([]);
});

test('a download that stalls can be left, ends in one sentence, and goes on later', async ({ page }) => {
  const { bench, models, errors } = await visit(page);
  await models.lookUp(ID, hub.base);
  await expect(models.openButton).toBeEnabled();
  hub.stallAt = STALL;
  await models.openButton.click();
  const opening = bench.handle('opening');
  await expect(opening).toContainText('of 2.7 MB');
  await expect.poll(() => hub.servedWeights).toBeGreaterThanOrEqual(STALL);
  await opening.getByRole('button', { name: 'Cancel' }).click();
  await expect(opening).toBeHidden();
  await expect(models.error).toBeHidden();
  await expect(models.openButton).toBeEnabled();

  await hurry(page);
  await models.openButton.click();
  await expect(models.error).toHaveText(
    new RegExp(
      `^model\\.safetensors: the download broke off \\(no byte for 30 s\\), got ${STALL} bytes from .*, expected ${WEIGHTS}\\. ` +
        'Try again: it resumes from there\\.$',
    ),
  );
  await expect(models.preview).toContainText(/Downloads 1\.7 MB of 2\.7 MB; the rest is here already/);

  hub.stallAt = null;
  await calm(page);
  await models.open('Atlas');
  expect(hub.servedWeights).toBeLessThan(WEIGHTS + 400_000);
  expect(errors).toEqual([]);
});

test('a token goes to the hub that it was typed for, and to no other', async ({ page }) => {
  const hosts = new Set<string>();
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  const { models, errors } = await visit(page);
  const [here, there] = [new URL(hub.base).host, new URL(mirror.base).host];
  hub.token = TOKEN;
  hub.contentBase = mirror.base;
  await models.at(hub.base);
  await models.tokenField.fill(TOKEN);
  await models.lookUp(ID, hub.base);
  await expect(models.preview).toContainText('Downloads 2.7 MB');

  await models.at(mirror.base);
  await expect(models.tokenField).toHaveValue('');
  await expect(models.menu).toContainText(`The token for ${here} is not sent to ${there}.`);
  await models.lookUp(ID, mirror.base);
  await expect(models.preview).toContainText('Downloads 2.7 MB');
  await expect(models.error).toBeHidden();

  await models.at('http://hub.example');
  await expect(models.tokenField).toBeDisabled();
  await expect(models.menu).toContainText('A token is never sent over plain http: give an https address.');
  await models.lookUp(ID, `https://me:${TOKEN}@${there}`);
  await expect(models.error).toHaveText(
    `hub: an address with a name or password in it, got one for ${there}, expected none. Give an access token instead.`,
  );
  await models.at(hub.base);
  await expect(models.tokenField).toHaveValue(TOKEN);

  const seen = ({ requests }: HubServer) =>
    new Set(requests.flatMap(({ method, authorization }) => (method === 'GET' ? [authorization] : [])));
  expect(seen(hub)).toEqual(new Set([`Bearer ${TOKEN}`]));
  // Requests for weights that the hub redirects to the mirror, and requests to the mirror itself.
  expect(mirror.requests.some(({ path }) => path.startsWith('/content/'))).toBe(true);
  expect(seen(mirror)).toEqual(new Set([null]));
  expect(hosts).toEqual(new Set([new URL(page.url()).host, here, there]));
  const kept = await page.evaluate(
    () => JSON.stringify({ ...localStorage, ...sessionStorage }) + location.href,
  );
  expect(kept).not.toContain(TOKEN);
  expect(errors).toEqual([]);
});
