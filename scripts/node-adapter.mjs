/**
 * The WebGPU adapter of Node's `webgpu` package (Dawn). Which driver it finds is decided by the environment that the
 * process is started in: a real one first, else SwiftShader's Vulkan driver from an installed Chromium.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './shell.mjs';

export const NO_ADAPTER =
  'gpu: no WebGPU adapter, got neither a Vulkan driver nor a Chromium with SwiftShader. Install a driver for the ' +
  'graphics card or Chromium (Debian: apt-get install chromium)';

/** Variables under which WebGPU has an adapter: {} where the system's own works; null where there is none. */
export function adapterEnvironment() {
  if (process.platform !== 'linux' || hasAdapter({})) return {};
  for (const folder of chromiumFolders()) {
    const driver = join(folder, 'vk_swiftshader_icd.json');
    if (!existsSync(driver) || !existsSync(join(folder, 'libvulkan.so.1'))) continue;
    const libraries = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
    const env = { VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: libraries };
    if (hasAdapter(env)) return env;
  }
  return null;
}

function hasAdapter(env) {
  const probe =
    "const { create } = await import('webgpu');" +
    'process.exit((await create([]).requestAdapter()) ? 0 : 1);';
  const options = { cwd: root, stdio: 'ignore', timeout: 20_000, env: { ...process.env, ...env } };
  return spawnSync(process.execPath, ['--input-type=module', '-e', probe], options).status === 0;
}

/** Folders in which a Chromium keeps its Vulkan loader and SwiftShader. */
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
