/** If the engine's thread stops, throws or hangs, the page says so, restarts it and continues. */
import { expect, type Page, type Worker } from '@playwright/test';
import { ModelMenu } from './modelMenu';
import { test, uncaughtErrors, Workbench } from './workbench';

/** The engine's own thread, once there is exactly one; it may have threads of its own. */
async function engineOf(page: Page): Promise<Worker> {
  const engines = () => page.workers().filter((worker) => /\/worker[-.]/.test(worker.url()));
  await expect.poll(() => engines().length).toBe(1);
  return engines()[0]!;
}

/** Opens Atlas with a question that is answered quickly. */
async function open(page: Page): Promise<Workbench> {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.draw(1);
  await bench.ready();
  return bench;
}

const findings = (bench: Workbench) => bench.handle('history').getByRole('listitem');

/** The thread hears nothing from now on. */
async function loop(page: Page): Promise<void> {
  const engine = await engineOf(page);
  const forEver = () => {
    for (;;);
  };
  engine.evaluate(forEver).catch(() => undefined);
}

/** After confirming the request. */
const closeItself = () => {
  setTimeout(() => self.close());
};

/** A hanging thread, as the page sees it: seconds pass without a message. */
const pass = (page: Page, seconds: number) => page.clock.runFor(1000 * seconds);

test('a thread that closes itself or throws is replaced, with its model, and a trace runs', async ({
  page,
}) => {
  const errors = uncaughtErrors(page);
  const bench = await open(page);
  const note = bench.handle('engine-note');
  for (const end of [
    closeItself,
    () => {
      setTimeout(() => {
        throw new Error('at top level');
      });
    },
  ]) {
    await (await engineOf(page)).evaluate(end);
    await expect(note).toHaveText('The engine stopped, so Loci restarted it.');
    await expect(bench.handle('run')).toBeEnabled();
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await expect(note).toBeHidden();
  }
  const before = await findings(bench).count();
  await bench.run();
  await expect(findings(bench)).toHaveCount(before + 1);

  const models = new ModelMenu(bench);
  await models.show();
  await models.builtin('Planted circuit').click();
  await models.opened('Planted circuit');
  let goOn = (): void => {};
  const seen = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  await page.route('**/planted/*.safetensors', (route) => seen.then(() => route.continue()));
  await (await engineOf(page)).evaluate(closeItself);
  await expect(bench.handle('status')).toHaveText(/^Loading/);
  goOn();
  await expect(models.title).toHaveText('Planted circuit');
  await models.opened('Planted circuit');
  await engineOf(page);
  expect(errors).toEqual([]);
});

test('a thread that hangs is replaced after 30 s, and the run that waited for it goes on', async ({
  page,
}) => {
  await page.clock.install();
  const bench = await open(page);
  const before = await findings(bench).count();
  await loop(page);
  await bench.handle('run').click();
  await expect(bench.handle('status')).toHaveText('Running');
  await pass(page, 20);
  await expect(bench.handle('engine-note')).toBeHidden();
  await pass(page, 11);
  await expect(bench.handle('engine-note')).toHaveText(
    'The engine stopped answering, so Loci restarted it; the run is taken up again.',
  );
  await bench.finished();
  await expect(bench.handle('status')).toHaveAttribute('data-phase', 'done');
  await expect(findings(bench)).toHaveCount(before + 1);
});

test('Cancel ends a run in a thread that hangs', async ({ page }) => {
  await page.clock.install();
  const bench = await open(page);
  await loop(page);
  await bench.handle('run').click();
  await bench.handle('cancel').click();
  await expect(bench.handle('status')).toHaveText('Cancelling');
  await pass(page, 6);
  await expect(bench.handle('status')).toHaveText('Cancelled, what was finished is kept');
  await expect(bench.handle('engine-note')).toHaveText(
    'The engine did not stop when it was asked to, so Loci restarted it.',
  );
  await bench.run();
  await expect(bench.handle('status')).toHaveAttribute('data-phase', 'done');
});
