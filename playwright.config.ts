/**
 * End-to-end tests on the built app. Two browsers: one with WebGPU, one without (a friend's machine that
 * can only read a finding). `npm run test:e2e` builds, finds a Chromium and names it in LOCI_CHROMIUM.
 */
import { defineConfig } from '@playwright/test';
import flags from './scripts/chromium-flags.json' with { type: 'json' };

/** Each worker has a server of its own, whose reports of the policy are those of one test. */
const WORKERS = 2;
const FIRST_PORT = 4183;
const port = FIRST_PORT + Number(process.env.TEST_PARALLEL_INDEX ?? 0);
/** Milliseconds after which a step hangs. */
const LONG = 600_000;
const executablePath = process.env.LOCI_CHROMIUM;

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  // While one page waits, another computes. No step has a time of its own: a busy machine fails nothing.
  workers: WORKERS,
  timeout: 3 * LONG,
  expect: { timeout: LONG },
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    actionTimeout: LONG,
    viewport: { width: 1280, height: 900 },
    // Playwright's default is its headless shell, which has no WebGPU: ask for the full browser.
    launchOptions: executablePath ? { executablePath, args: flags } : { channel: 'chromium', args: flags },
    permissions: ['clipboard-read', 'clipboard-write'],
    // offline.spec.ts allows them: a page from the cache hides what a test changes on the server.
    serviceWorkers: 'block',
    screenshot: 'only-on-failure',
    trace: 'off',
  },
  webServer: Array.from({ length: WORKERS }, (_, i) => ({
    command: `node e2e/server.mjs ${FIRST_PORT + i}`,
    url: `http://127.0.0.1:${FIRST_PORT + i}/`,
    reuseExistingServer: false,
    timeout: LONG,
  })),
});
