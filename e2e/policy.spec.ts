/**
 * Violates the page's policy on purpose; every other test checks that nothing does (workbench.ts).
 */
import { expect, type Page, test } from '@playwright/test';
import { framed, headers } from '../scripts/policy.mjs';
import { policyReports, Workbench } from './workbench';

const INJECTED = '<script>window.hurt = true</script><img src="none" onerror="window.hurt = true">';

/**
 * Opens the page with injected markup, and with the policy delivered in only one of its two ways.
 */
async function visit(page: Page, way: 'element' | 'header'): Promise<void> {
  await page.route(/\/$/, async (route) => {
    const response = await route.fetch();
    const html = (await response.text()).replace('</body>', `${INJECTED}</body>`);
    const { 'content-security-policy': policy, ...others } = response.headers();
    if (way === 'element') await route.fulfill({ response, headers: others, body: html });
    else {
      const body = html.replace(/<meta http-equiv[^>]*>/, '');
      await route.fulfill({ response, headers: { ...others, 'content-security-policy': policy! }, body });
    }
  });
  await page.goto('./');
  await new Workbench(page).ready();
}

for (const way of ['element', 'header'] as const) {
  test(`an injected script does not run where the policy comes as ${way}`, async ({ page, request }) => {
    await visit(page, way);
    expect(await page.evaluate(() => 'hurt' in window)).toBe(false);
    const refused = await page.evaluate(() => {
      const attempts: (() => unknown)[] = [
        () => new Worker(URL.createObjectURL(new Blob(['0']))),
        () => new Worker('./assets/worker.js'),
        () => {
          document.body.innerHTML = '<b>text</b>';
        },
        () => (globalThis as { trustedTypes?: Policies }).trustedTypes!.createPolicy('other', {}),
        () => (globalThis as { trustedTypes?: Policies }).trustedTypes!.createPolicy('loci', {}),
      ];
      interface Policies {
        createPolicy(name: string, rules: object): unknown;
      }
      return attempts.map((attempt) => {
        try {
          attempt();
          return 'allowed';
        } catch (error) {
          return (error as Error).name;
        }
      });
    });
    expect(refused).toEqual(Array(5).fill('TypeError'));
    if (way === 'header') {
      await expect.poll(() => policyReports(request)).toContain('script-src-elem: inline in ');
      // Leaves no reports for the next test.
      await expect.poll(() => policyReports(request)).toEqual([]);
    }
  });
}

test("the engine's worker obeys the policy of its own response", async ({ page, request }) => {
  await page.goto('./');
  await new Workbench(page).ready();
  await policyReports(request);
  const [worker] = page.workers();
  const answer = await worker!.evaluate(() => fetch('http://192.0.2.1/').catch((error: Error) => error.name));
  expect(answer).toBe('TypeError');
  await expect
    .poll(() => policyReports(request))
    .toContainEqual(expect.stringMatching(/^connect-src: http:\/\/192\.0\.2\.1\/ in worker-.*\.js$/));
});

test('every response carries the policy, and names that are not loopback get none', async ({ request }) => {
  for (const path of ['./', './theme.js', './models/atlas/config.json', './none']) {
    const sent = (await request.get(path)).headers();
    for (const [name, value] of Object.entries(headers)) {
      expect(sent[name.toLowerCase()], `${path} ${name}`).toContain(value);
    }
  }
  const frame = (await request.get('./embed.html')).headers();
  expect(frame['content-security-policy']).toContain(framed(headers['Content-Security-Policy']));
  expect((await request.get('./', { headers: { Host: 'rebound.example' } })).status()).toBe(403);
});
