/**
 * End-to-end tests on the built app. Two browsers: one with WebGPU, one without (a friend's machine that
 * can only read a finding). `npm run test:e2e` builds, finds a Chromium and names it in LOCI_CHROMIUM.
 */
import { defineConfig } from '@playwright/test';
import flags from './scripts/chromium-flags.json' with { type: 'json' };

const port = 4183;
const executablePath = process.env.LOCI_CHROMIUM;

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  // While one page waits, another computes; a software adapter on two cores still asks for patience.
  workers: 2,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    actionTimeout: 20_000,
    viewport: { width: 1280, height: 900 },
    // Playwright's default is its headless shell, which has no WebGPU: ask for the full browser.
    launchOptions: executablePath ? { executablePath, args: flags } : { channel: 'chromium', args: flags },
    permissions: ['clipboard-read', 'clipboard-write'],
    screenshot: 'only-on-failure',
    trace: 'off',
  },
  webServer: {
    command: `node e2e/server.mjs ${port}`,
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
  },
});
