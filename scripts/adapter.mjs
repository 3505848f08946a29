/** Asks a Chromium for its WebGPU adapter. */
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright';

const flags = JSON.parse(readFileSync(new URL('./chromium-flags.json', import.meta.url), 'utf8'));

/** E.g. 'google swiftshader (software)'; null without an adapter. */
export async function findAdapter(executablePath) {
  const browser = await chromium.launch({ executablePath, args: flags });
  try {
    const page = await browser.newPage();
    // WebGPU requires a secure context, which http://localhost is; nothing is fetched.
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.goto('http://localhost/');
    return await page.evaluate(async () => {
      const adapter = await navigator.gpu?.requestAdapter();
      if (!adapter) return null;
      const { vendor, architecture, isFallbackAdapter } = adapter.info;
      return `${vendor} ${architecture}${isFallbackAdapter ? ' (software)' : ''}`;
    });
  } finally {
    await browser.close();
  }
}
