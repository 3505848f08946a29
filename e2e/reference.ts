/**
 * Pictures of the page, kept in e2e/reference. `npm run reference` makes them; a test compares. It
 * compares structure, the means of blocks of pixels: another browser's antialiasing or hinting
 * changes nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';

const isWriting = process.env.LOCI_REFERENCE === 'write';
/** Pixels of a block's side. */
const BLOCK = 6;
/** Of 255: a block is another one if a colour's mean differs by more. */
const APART = 40;
/** Share of blocks that may be others: half of what the first picture's cells are. */
export const MOST = 0.008;

/** Hides what differs between machines and runs. */
const STEADY = `
  [data-testid=status], [data-testid=estimate], .rerun p { visibility: hidden !important; }
  * { caret-color: transparent !important; transition: none !important; animation: none !important; }
`;

type Size = readonly [width: number, height: number];
type Theme = 'light' | 'dark';

/** Milliseconds after which nothing is still on its way: a picture that differs then, differs. */
const SETTLED = 60_000;

export const DESK: Size = [1440, 900];
export const LAPTOP: Size = [1024, 768];
export const PHONE: Size = [390, 844];

/** The page in some sizes and themes: writes the pictures of a state, or compares them. */
export async function pictures(
  page: Page,
  state: string,
  sizes: readonly Size[] = [DESK, LAPTOP, PHONE],
  themes: readonly Theme[] = ['light', 'dark'],
): Promise<void> {
  for (const theme of themes) {
    await wear(page, theme);
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      await picture(page, `${state}-${width}-${theme}`);
    }
  }
  await wear(page, 'light');
}

async function picture(page: Page, name: string): Promise<void> {
  // The code of a view comes when it is opened.
  await expect(page.locator('.waiting')).toHaveCount(0);
  const file = new URL(`reference/${name}.webp`, import.meta.url);
  if (isWriting) return writeFileSync(file, await asWebp(page, await shot(page)));
  const before = readFileSync(file);
  // Once more if something was still on its way.
  await expect
    .poll(async () => differing(page, before, await shot(page)), { message: name, timeout: SETTLED })
    .toBeLessThan(MOST);
}

/** Share of blocks in which the page differs from a kept picture. */
export const differs = async (page: Page, name: string): Promise<number> =>
  differing(page, readFileSync(new URL(`reference/${name}.webp`, import.meta.url)), await shot(page));

/** The page's window once it has drawn what it was told. */
async function shot(page: Page): Promise<Buffer> {
  await page.mouse.move(0, 0);
  // An adopted sheet: the page's policy allows no style of Playwright's.
  await page.evaluate(async (rules) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    document.adoptedStyleSheets = [sheet];
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }, STEADY);
  return page.screenshot({ caret: 'initial' });
}

async function wear(page: Page, theme: Theme): Promise<void> {
  const isWorn = await page.evaluate((name) => document.documentElement.dataset.theme === name, theme);
  if (!isWorn) await page.getByTestId('theme-toggle').evaluate((button) => (button as HTMLElement).click());
}

/** Pictures are decoded and encoded by the browser, on a page without a policy. */
async function inBrowser<T, A>(page: Page, work: (args: A) => Promise<T>, args: A): Promise<T> {
  const blank = await page.context().newPage();
  try {
    return await blank.evaluate(work as never, args as never);
  } finally {
    await blank.close();
    await page.bringToFront();
  }
}

async function asWebp(page: Page, png: Buffer): Promise<Buffer> {
  const text = await inBrowser(
    page,
    async (data: string) => {
      const image = await createImageBitmap(await (await fetch(data)).blob());
      const canvas = new OffscreenCanvas(image.width, image.height);
      canvas.getContext('2d')!.drawImage(image, 0, 0);
      const bytes = new Uint8Array(
        await (await canvas.convertToBlob({ type: 'image/webp', quality: 0.6 })).arrayBuffer(),
      );
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    },
    dataUrl(png, 'png'),
  );
  return Buffer.from(text, 'base64');
}

function differing(page: Page, webp: Buffer, png: Buffer): Promise<number> {
  const work = async ({ pictures, block, apart }: { pictures: string[]; block: number; apart: number }) => {
    const means = async (data: string) => {
      const image = await createImageBitmap(await (await fetch(data)).blob());
      const canvas = new OffscreenCanvas(Math.ceil(image.width / block), Math.ceil(image.height / block));
      const context = canvas.getContext('2d')!;
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      return context.getImageData(0, 0, canvas.width, canvas.height).data;
    };
    const [a, b] = [await means(pictures[0]!), await means(pictures[1]!)];
    if (a.length !== b.length) return 1;
    let others = 0;
    for (let at = 0; at < a.length; at += 4)
      if ([0, 1, 2].some((colour) => Math.abs(a[at + colour]! - b[at + colour]!) > apart)) others++;
    return others / (a.length / 4);
  };
  return inBrowser(page, work, {
    pictures: [dataUrl(webp, 'webp'), dataUrl(png, 'png')],
    block: BLOCK,
    apart: APART,
  });
}

const dataUrl = (bytes: Buffer, type: 'png' | 'webp'): string =>
  `data:image/${type};base64,${bytes.toString('base64')}`;
