import { expect } from '@playwright/test';
import { test, uncaughtErrors, Workbench } from './workbench';

/** Enough facts that a reload falls in the middle. */
const question = (take: number): string =>
  JSON.stringify({
    version: 1,
    kind: 'average-trace',
    model: { id: 'atlas' },
    set: { name: 'atlas-facts', take, seed: 1 },
    kinds: ['hidden'],
    samples: 2,
  });

test('a study that a reload interrupts goes on where it was', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  const ask = async () => {
    await page.goto('./');
    await bench.ready();
    const isSlow = /software/.test((await bench.handle('status').textContent()) ?? '');
    await page.getByText('Export', { exact: true }).click();
    await page.setInputFiles('.menu-file input[accept*=csv]', {
      name: 'facts.json',
      mimeType: 'application/json',
      buffer: Buffer.from(question(isSlow ? 32 : 1400)),
    });
    await expect(bench.handle('given')).toContainText('facts.json');
    await bench.ready();
  };
  await ask();
  await bench.handle('run').click();
  // The first cases have been measured and stored once another request begins.
  const progress = page.getByText(/case \d\d+ of/);
  const running = Number(/case (\d+) of/.exec((await progress.textContent())!)![1]);
  await page.reload();

  await ask();
  await bench.run();
  const note = page.getByText(/Taken up after an interruption: \d+ cases/);
  await bench.unfold();
  await expect(note.first()).toBeVisible();
  const taken = Number(/interruption: (\d+) cases/.exec((await note.first().textContent())!)![1]);
  expect(taken).toBeGreaterThanOrEqual(running - 1);
  expect(errors).toEqual([]);
});
