import { existsSync } from 'node:fs';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

/** LOCI_CHROMIUM, else the system's Chromium, else (undefined) the one that Playwright installed. */
function chromiumPath(): string | undefined {
  const system = '/usr/bin/chromium';
  return process.env.LOCI_CHROMIUM ?? (existsSync(system) ? system : undefined);
}

const executablePath = chromiumPath();

/** WebGPU on SwiftShader where there is no card, and no traffic of the browser's own. */
const args = [
  '--enable-unsafe-webgpu',
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['src/**/*.test.{ts,tsx}', 'scripts/*.test.mjs'],
          exclude: ['src/**/*.gpu.test.ts', 'src/**/*.real.test.ts'],
          // Float64 passes on a busy machine.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Real pretrained models, one file after another: each fills the memory of a device.
        test: {
          name: 'real',
          environment: 'node',
          include: ['src/**/*.real.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          // Memory is measured; the collector has to have been there first.
          execArgv: ['--expose-gc'],
        },
      },
      {
        // Imported on demand, so Vite would find them only in the middle of a test, and reload the page.
        optimizeDeps: { include: ['@bufbuild/protobuf', 'onnx-buf', 'onnxruntime-web/wasm'] },
        test: {
          name: 'gpu',
          include: ['src/**/*.gpu.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              // Playwright's default is its headless shell, which has no WebGPU: ask for the full browser.
              launchOptions: executablePath ? { executablePath, args } : { channel: 'chromium', args },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
