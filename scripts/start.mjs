/** `npm start`: installs and builds what is missing, serves the page, and opens a browser. */
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { parsePort, serve } from './serve.mjs';
import { fail, launch, root } from './shell.mjs';

const { PORT } = process.env;
const asked = await orFail(() => parsePort(PORT || '4173', 'PORT'));
ensureInstalled();
ensureBuilt();
const port = await orFail(() => serve(join(root, 'dist'), { port: asked, isExact: Boolean(PORT) }));
const address = `http://127.0.0.1:${port}/`;
console.log(`Loci is at ${address} (Ctrl+C stops it)`);
openBrowser(address);

function openBrowser(url) {
  if (process.env.CI || process.env.LOCI_NO_BROWSER) return;
  if (process.platform === 'darwin') launch('open', [url]);
  else if (process.platform === 'win32') launch('start', ['""', url]);
  else if (process.env.DISPLAY || process.env.WAYLAND_DISPLAY) launch('xdg-open', [url]);
}

async function orFail(action) {
  try {
    return await action();
  } catch (error) {
    return fail(error.message);
  }
}
