/**
 * Finds a Chromium for the GPU and end-to-end tests: LOCI_CHROMIUM if set, else Playwright's own if
 * present, else Chrome or Chromium on the system, else Playwright's download, else Debian's
 * package. (Installed browsers come before downloads.)
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bin, fail, read, run } from './shell.mjs';

const downloadTimeout = 60_000;
const installTimeout = 300_000;

const usualPaths = {
  linux: [
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/opt/google/chrome/chrome',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA']
    .filter((name) => process.env[name])
    .map((name) => join(process.env[name], 'Google', 'Chrome', 'Application', 'chrome.exe')),
};

/** Path of a Chromium that starts. Ends the script with one sentence if there is none. */
export async function findChromium() {
  const given = process.env.LOCI_CHROMIUM;
  if (given) {
    if (starts(given)) return given;
    fail(`chromium: LOCI_CHROMIUM does not start, got '${given}', expected the path of Chrome or Chromium.`);
  }
  const { chromium } = await import('playwright');
  const own = chromium.executablePath();
  if (starts(own)) return own;
  const onSystem = (usualPaths[process.platform] ?? []).find(starts);
  if (onSystem) return onSystem;

  console.log('No Chromium found, trying to download one (npx playwright install chromium)');
  const args = ['install', 'chromium', '--no-shell'];
  if (run(bin('playwright'), args, { timeout: downloadTimeout }) && starts(own)) return own;

  const debian = '/usr/bin/chromium';
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log("Installing Debian's chromium (apt-get install chromium)");
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (rest) => run('apt-get', ['-qq', ...rest], { env, timeout: installTimeout });
    if (apt(['update']) && apt(['install', '-y', '--no-install-recommends', 'chromium']) && starts(debian)) {
      return debian;
    }
  }
  return fail(
    'chromium: none found and none could be installed. Install Chrome or Chromium (Debian: apt-get install ' +
      'chromium), or set LOCI_CHROMIUM to its path, and run the tests again.',
  );
}

/** A downloaded browser may lack system libraries, so its presence is not enough. */
function starts(path) {
  if (!existsSync(path)) return false;
  // Chrome for Windows prints nothing and opens a window.
  return process.platform === 'win32' || /chrom/i.test(read(path, ['--version']) ?? '');
}
