/**
 * The WebGPU adapter of Node's `webgpu` package (Dawn). The environment of the process selects the
 * driver: a real one first, else SwiftShader's Vulkan driver from an installed Chromium.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './shell.mjs';

export const NO_ADAPTER =
  'gpu: no WebGPU adapter, got neither a Vulkan driver nor a Chromium with SwiftShader. Install a driver for the ' +
  'graphics card or Chromium (Debian: apt-get install chromium)';

/** Environment variables that give WebGPU an adapter: {} if none are needed; null without one. */
export async function adapterEnvironment() {
  if (process.platform !== 'linux') return {};
  // Without a desktop session, Mesa's layer that chooses a device for the desktop finds none, and
  // prints a line of its own above our error messages.
  const quiet = process.env.XDG_RUNTIME_DIR ? {} : { NODEVICE_SELECT: '1' };
  const candidates = [{}, ...chromiumFolders().flatMap(environmentOf)].map((env) => ({ ...quiet, ...env }));
  // Tries all concurrently, since each needs a process; the first in the list that works wins.
  const tried = candidates.map(async (env) => ((await hasAdapter(env)) ? env : null));
  for (const env of tried) if (await env) return env;
  return null;
}

/** Variables that select a folder's driver; none if it has no driver. */
function environmentOf(folder) {
  const driver = join(folder, 'vk_swiftshader_icd.json');
  if (!existsSync(driver) || !existsSync(join(folder, 'libvulkan.so.1'))) return [];
  const libraries = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return [{ VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: libraries }];
}

function hasAdapter(env) {
  const probe =
    "const { create } = await import('webgpu');" +
    'process.exit((await create([]).requestAdapter()) ? 0 : 1);';
  const options = { cwd: root, stdio: 'ignore', timeout: 20_000, env: { ...process.env, ...env } };
  const child = spawn(process.execPath, ['--input-type=module', '-e', probe], options);
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}

/** Folders where Chromium keeps its Vulkan loader and SwiftShader. */
function chromiumFolders() {
  const given = process.env.LOCI_CHROMIUM;
  const playwright = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), '.cache', 'ms-playwright');
  const downloads = existsSync(playwright)
    ? readdirSync(playwright).filter((name) => name.startsWith('chromium'))
    : [];
  return [
    ...(given ? [dirname(given)] : []),
    '/usr/lib/chromium',
    '/usr/lib/chromium-browser',
    '/usr/lib64/chromium-browser',
    '/opt/google/chrome',
    '/opt/chromium.org/chromium',
    ...downloads.flatMap((name) =>
      ['chrome-linux', 'chrome-linux64'].map((sub) => join(playwright, name, sub)),
    ),
  ];
}
