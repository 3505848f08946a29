import { expect } from '@playwright/test';
import { browserWithoutWebGpu, downloaded, type Kind, test, uncaughtErrors, Workbench } from './workbench';

const KINDS: readonly Kind[] = ['hidden', 'mlp', 'attn'];
test('a link shows the same numbers to somebody without WebGPU, and can be run again', async ({
  page,
  baseURL,
}) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await bench.ready();
  await bench.run();
  const told = { finding: await bench.finding(), readings: await readAll(bench) };
  await bench.handle('copy-link').click();
  const link = await bench.handle('link-url').inputValue();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
  expect(link.split('#')[0]).toBe(`${baseURL}/`);
  expect(link.length).toBeLessThan(4100);

  await test.step('a fresh profile without WebGPU', async () => {
    const browser = await browserWithoutWebGpu();
    try {
      const friend = await browser.newPage();
      const errors = uncaughtErrors(friend);
      const sent: string[] = [];
      friend.on('request', (request) => sent.push(request.url()));
      await friend.goto(link);
      const theirs = new Workbench(friend);
      await expect(theirs.handle('finding')).toHaveText(told.finding);
      expect(await friend.evaluate(async () => (await navigator.gpu?.requestAdapter()) ?? null)).toBeNull();
      expect(await readAll(theirs)).toEqual(told.readings);
      await expect(theirs.handle('webgpu-missing')).toContainText(/WebGPU/);
      await expect(theirs.handle('run')).toBeDisabled();
      await expect(theirs.handle('rerun')).toHaveCount(0);
      expect(sent.filter((url) => url.includes('v=4'))).toEqual([]);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  await test.step('a fresh visit with WebGPU runs it again', async () => {
    await page.goto('about:blank');
    await page.goto(link);
    await bench.ready();
    await expect(bench.handle('finding')).toHaveText(told.finding);
    await bench.handle('rerun').click();
    await expect(bench.handle('deviation')).toContainText('The same finding.');
    await expect(bench.handle('finding')).toHaveText(told.finding);
  });
});

test('the exports hold the finding', async ({ page }) => {
  const bench = new Workbench(page);
  await page.goto('./');
  await expect(bench.handle('finding')).toBeVisible();

  const json = JSON.parse((await downloaded(bench, 'json')).toString());
  expect(json.format).toBe('loci');
  const maps: { values: unknown[] }[] = json.figures.filter(({ name }: { name: string }) =>
    (KINDS as readonly string[]).includes(name),
  );
  const cells = maps.reduce((sum, { values }) => sum + values.length, 0);
  expect(maps).toHaveLength(KINDS.length);
  expect(cells).toBeGreaterThanOrEqual(KINDS.length * json.tokens.length);

  const csv = (await downloaded(bench, 'csv')).toString().trim().split('\n');
  expect(csv.length).toBeGreaterThanOrEqual(1 + cells);
  const svg = (await downloaded(bench, 'svg')).toString();
  expect(svg).toMatch(/^<(\?xml|svg)/);
  expect(svg.match(/<rect/g)?.length).toBeGreaterThanOrEqual(cells);
  const png = await downloaded(bench, 'png');
  expect(png.subarray(1, 4).toString()).toBe('PNG');
});

async function readAll(bench: Workbench): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const kind of KINDS) {
    all[kind] = await bench.readings(kind);
    expect(all[kind].length).toBeGreaterThan(20);
  }
  return all;
}
