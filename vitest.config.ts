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

/**
 * No test fails because the machine is busy: what hangs ends after ten minutes, whatever the tier, and no test has a time
 * of its own. What a test says of cost it says in CPU time (`util/testing.ts`), counters or ratios.
 */
const LONG = 600_000;
const PATIENCE = { testTimeout: LONG, hookTimeout: LONG, expect: { poll: { timeout: LONG } } };

/** Tests in a real browser with WebGPU, two files at a time, each in a page of its own. */
const inBrowser = (name: string, files: { include: string[]; exclude?: string[] }) => ({
  // What Vite finds only in the middle of a test makes it reload the page, and the test fails.
  optimizeDeps: {
    include: [
      ...[
        '@bufbuild/protobuf',
        'onnx-buf',
        'onnxruntime-web/wasm',
        'onnxruntime-web/jspi',
        'd3-format',
        'fflate',
      ],
      ...['react', 'react/jsx-dev-runtime', 'react-dom', 'react-dom/client', 'zustand', 'zustand/vanilla'],
    ],
  },
  test: {
    name,
    ...files,
    ...PATIENCE,
    // While one page computes, the other waits for the adapter. Vitest would leave a core to its watcher.
    maxWorkers: 2,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        // Playwright's default is its headless shell, which has no WebGPU: ask for the full browser.
        launchOptions: executablePath ? { executablePath, args } : { channel: 'chromium', args },
      }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['{src,lab}/**/*.test.{ts,tsx}', 'scripts/*.test.mjs'],
          exclude: ['src/**/*.{gpu,real,long,alone}.test.ts'],
          // Files share their modules, which are read once per process then.
          isolate: false,
          ...PATIENCE,
        },
      },
      {
        // What puts another module in the place of one that all share.
        test: { name: 'unit-alone', environment: 'node', include: ['src/**/*.alone.test.ts'], ...PATIENCE },
      },
      {
        // What takes long and adds examples rather than kinds: larger graphs, larger files, larger tokenizers.
        test: { name: 'long', environment: 'node', include: ['src/**/*.long.test.ts'], ...PATIENCE },
      },
      {
        // Real pretrained models, one file after another: each fills the memory of a device.
        test: {
          name: 'real',
          environment: 'node',
          include: ['src/**/*.real.test.ts'],
          ...PATIENCE,
          fileParallelism: false,
          // Memory is measured; the collector has to have been there first.
          execArgv: ['--expose-gc'],
        },
      },
      inBrowser('gpu', { include: ['src/**/*.gpu.test.ts'], exclude: ['src/**/*.long.gpu.test.ts'] }),
      inBrowser('gpu-long', { include: ['src/**/*.long.gpu.test.ts'] }),
    ],
  },
});
