/** The engine's thread stops, hangs or throws: the page says so in one sentence, starts it again and goes on. */
import { expect, test, type Worker } from '@playwright/test';
import { ModelMenu } from './modelMenu';
import { uncaughtErrors, Workbench } from './workbench';

/** Atlas has to be back, and another model to show that it is loading, within so many milliseconds. */
const SOON = 5_000;

/** The engine's own thread; others may live inside of it. */
function engineOf(bench: Workbench): Worker {
  const engines = bench.page.workers().filter((worker) => /\/worker-[\w-]+\.js/.test(worker.url()));
  expect(engines).toHaveLength(1);
  return engines[0]!;
}

/** A trace of a few cells on the prompt that stands in the editor. */
async function traces(bench: Workbench): Promise<void> {
  const before = await bench.finding();
  await bench.run();
  await expect(bench.handle('run')).toBeEnabled();
  await expect(bench.handle('status')).toHaveAttribute('data-phase', 'done');
  expect(await bench.finding()).not.toBe(before);
}

test('a thread that closes itself is replaced within seconds, and so is one that throws', async ({
  page,
}) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await engineOf(bench).evaluate(() => self.close());
  const note = bench.handle('engine-note');
  await expect(note).toHaveText('The engine stopped, so Loci restarted it.', { timeout: SOON });
  await expect(bench.handle('run')).toBeEnabled({ timeout: SOON });
  expect(errors).toEqual([]);
});
