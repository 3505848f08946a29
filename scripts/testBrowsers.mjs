/**
 * `npm run test:browsers [-- --allow-missing]`: reads findings in Firefox and WebKitGTK. A browser
 * that is not installed fails, unless missing ones are allowed. Debian: apt-get install firefox-esr
 * webkit2gtk-driver xvfb.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { checks } from './browsers/checks.mjs';
import { openFirefox } from './browsers/firefox.mjs';
import { openWebKit } from './browsers/webkit.mjs';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { serve } from './serve.mjs';
import { root } from './shell.mjs';

const BROWSERS = { Firefox: openFirefox, WebKitGTK: openWebKit };
const isMissingAllowed = process.argv.includes('--allow-missing');

ensureInstalled();
ensureBuilt();
const port = await serve(join(root, 'dist'), { port: 0 });
let [passed, failed] = [0, 0];
for (const [name, open] of Object.entries(BROWSERS)) await inBrowser(name, open);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function inBrowser(name, open) {
  const browser = await open(find).catch((error) => {
    console.log(`FAIL ${name} does not start: ${error.message}`);
    failed += 1;
  });
  if (browser === null) {
    console.log(`${isMissingAllowed ? 'NOT RUN' : 'FAIL'} ${name} is not installed`);
    if (!isMissingAllowed) failed += 1;
  }
  if (!browser) return;
  console.log(`\n== ${browser.name} ${browser.version}`);
  await browser.resize(1280, 900);
  for (const [title, check] of Object.entries(checks)) {
    try {
      await check(browser, `http://127.0.0.1:${port}`);
      console.log(`ok   ${title}`);
      passed += 1;
    } catch (error) {
      console.log(`FAIL ${title}: ${error.message}`);
      failed += 1;
    }
  }
  await browser.close();
}

/** Path of a program; undefined if it is not installed. */
function find(program) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find(existsSync);
}
