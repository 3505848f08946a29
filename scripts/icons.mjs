/** `node scripts/icons.mjs`: draws public/icon-*.png, which installing the page needs, from public/icon.svg. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { findChromium } from './chromium.mjs';
import { root } from './shell.mjs';

const svg = readFileSync(join(root, 'public', 'icon.svg'), 'utf8');
/** Systems cut a maskable icon to a shape: the background fills it, the drawing keeps to the middle. */
const maskable = svg.replace('viewBox="0 0 32 32"', 'viewBox="-4 -4 40 40" style="background:#2b55c4"');

const browser = await chromium.launch({ executablePath: await findChromium(), args: ['--no-sandbox'] });
for (const [name, size, source] of [
  ['180', 180, svg],
  ['192', 192, svg],
  ['512', 512, svg],
  ['maskable', 512, maskable],
]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const style = '<style>html,body{margin:0}svg{display:block;width:100vw;height:100vh}</style>';
  await page.setContent(style + source);
  await page.screenshot({ path: join(root, 'public', `icon-${name}.png`), omitBackground: true });
}
await browser.close();
