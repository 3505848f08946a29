/** `npm start`: installs and builds what is missing, serves the page, opens a browser where there is one. */
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { serve } from './serve.mjs';
import { launch, root } from './shell.mjs';

ensureInstalled();
ensureBuilt();
const port = await serve(join(root, 'dist'), Number(process.env.PORT ?? 4173));
const address = `http://127.0.0.1:${port}/`;
console.log(`Loci is at ${address} (Ctrl+C stops it)`);
openBrowser(address);

function openBrowser(url) {
  if (process.env.CI || process.env.LOCI_NO_BROWSER) return;
  if (process.platform === 'darwin') launch('open', [url]);
  else if (process.platform === 'win32') launch('start', ['""', url]);
  else if (process.env.DISPLAY || process.env.WAYLAND_DISPLAY) launch('xdg-open', [url]);
}
