/** The page without network, after one visit; and a new build. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page } from '@playwright/test';
import { buildOf } from '../scripts/offline.mjs';
import { expectClean, loadAxe } from './axe';
import { test, uncaughtErrors, Workbench } from './workbench';

test.use({ serviceWorkers: 'allow' });

const LINK = readFileSync(new URL('../src/app/examples/links/1.txt', import.meta.url), 'utf8').trim();

/** Until everything is kept. */
const kept = (page: Page) => page.evaluate(async () => (await navigator.serviceWorker.ready).scope);

test('after one visit the page opens, runs, and shows examples, links and frames without network', async ({
  page,
  context,
  baseURL,
}) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  await loadAxe(page);
  await page.goto('./');
  await bench.ready();
  expect(await kept(page)).toBe(`${baseURL}/`);
  await context.setOffline(true);

  await page.reload();
  await bench.ready();
  await expectClean(page, 'offline');
  await bench.run();
  await expect(bench.handle('finding')).toContainText('%');
  const own = await bench.finding();
  await bench.handle('example').nth(2).click();
  await expect(bench.handle('finding')).not.toHaveText(own);

  await page.goto('about:blank');
  await page.goto(`./?x${LINK}`);
  await expect(bench.handle('finding')).toContainText('%');
  const linked = await bench.finding();
  await page.goto(`./embed.html${LINK}`);
  await expect(page.locator('.sentence')).toHaveText(linked);
  expect(errors).toEqual([]);

  const sizes = await page.evaluate(async () => {
    const all: number[] = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        all.push((await (await cache.match(request))!.blob()).size);
        if (new URL(request.url).origin !== location.origin) throw new Error(request.url);
      }
    }
    return all;
  });
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(12e6);
});

test('a new build is announced, and replaces the old one when the reader says so', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'loci-'));
  const built = join(folder, 'some', 'path');
  cpSync(fileURLToPath(new URL('../dist', import.meta.url)), built, { recursive: true });
  const server = await started(folder);
  try {
    const bench = new Workbench(page);
    const errors = uncaughtErrors(page);
    await page.goto(`${server.address}/some/path/`);
    await bench.ready();
    await kept(page);
    await expect(bench.handle('update')).toBeEmpty();
    const keys = () => page.evaluate(() => caches.keys());
    const [old] = await keys();

    change(built);
    await page.reload();
    await expect(page).toHaveTitle('Loci');
    await bench.ready();
    await expect(bench.handle('update')).toContainText('A new version is ready.');
    expect(await keys()).toHaveLength(2);
    await bench.handle('update').getByText('Reload').click();
    await expect(page).toHaveTitle('Loci 2');
    await bench.ready();
    await expect(bench.handle('update')).toBeEmpty();
    await expect.poll(async () => (await keys()).length).toBe(1);
    expect(await keys()).not.toContain(old);

    await server.stop();
    await page.reload();
    await expect(page).toHaveTitle('Loci 2');
    await bench.ready();
    expect(errors).toEqual([]);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});

/** Makes another build of a built folder. */
function change(built: string): void {
  const index = join(built, 'index.html');
  writeFileSync(index, readFileSync(index, 'utf8').replace('<title>Loci<', '<title>Loci 2<'));
  const worker = join(built, 'service-worker.js');
  const [, code] = readFileSync(worker, 'utf8').split(/;\n(.*)/s);
  writeFileSync(worker, `const BUILD = ${JSON.stringify(buildOf(built))};\n${code}`);
}

/** A server of its own, which can be stopped. */
async function started(folder: string) {
  const code = `import { serve } from './scripts/serve.mjs';
    process.stdout.write(String(await serve(process.argv[1], { port: 0, isExact: true })));`;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', code, folder], { cwd });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const port = await new Promise((resolve) =>
    child.stdout!.once('data', (text) => resolve(`${text}`.trim())),
  );
  return {
    address: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
