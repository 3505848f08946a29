/** The page as a visitor uses it, with named test handles. */
import {
  type APIRequestContext,
  test as base,
  type Browser,
  chromium,
  expect,
  type Locator,
  type Page,
} from '@playwright/test';
import flags from '../scripts/chromium-flags.json' with { type: 'json' };

/** A test that fails if the page or a worker violates the page's policy (scripts/policy.mjs). */
export const test = base.extend<{ policy: undefined }>({
  policy: [
    async ({ context, request }, use) => {
      const said: string[] = [];
      context.on('console', (message) => {
        if (/content security policy|trusted ?type/i.test(message.text())) said.push(message.text());
      });
      await use(undefined);
      expect([...(await policyReports(request)), ...said]).toEqual([]);
    },
    { auto: true },
  ],
});

/** Browsers' reports since the last call, e.g. 'connect-src: http://192.0.2.1/ in worker.js'. */
export async function policyReports(request: APIRequestContext): Promise<string[]> {
  const reports: Record<string, string>[] = await (await request.get('./policy-reports')).json();
  return reports.map(
    (report) =>
      `${report['violated-directive']}: ${report['blocked-uri']} in ${report['document-uri']!.replace(/^.*\//, '')}`,
  );
}

export type Kind = 'hidden' | 'mlp' | 'attn';

export class Workbench {
  constructor(readonly page: Page) {}

  handle(name: string): Locator {
    return this.page.getByTestId(name);
  }

  /** The finding's sentence. */
  async finding(): Promise<string> {
    return (await this.handle('finding').textContent()) ?? '';
  }

  cells(kind: Kind): Locator {
    return this.handle(`figure-${kind}`).getByRole('gridcell');
  }

  cell(kind: Kind, row: number, layer: number): Locator {
    return this.cells(kind).and(this.page.locator(`[data-row="${row}"][data-column="${layer}"]`));
  }

  /** What each cell tells a screen reader: token, layer, value, interval, as displayed. */
  readings(kind: Kind): Promise<string[]> {
    return this.cells(kind).evaluateAll((all) => all.map((cell) => cell.getAttribute('aria-label') ?? ''));
  }

  /** Chooses a question of the list; what cannot be asked yet is folded away. */
  async choose(kind: string): Promise<void> {
    const question = this.handle(`question-${kind}`);
    if (!(await question.isVisible())) await this.handle('questions-more').locator('> summary').click();
    await question.click();
  }

  /** Opens a view of the finding. */
  async openTab(name: 'Map' | 'Attention' | 'Lens' | 'Graph' | 'Text' | 'Table'): Promise<void> {
    await this.page.getByRole('tab', { name, exact: true }).click();
  }

  /** Opens a finding from a file. */
  async openFile(document: object): Promise<void> {
    await this.page.getByText('Export', { exact: true }).click();
    await this.page.getByLabel(/^Open a finding/).setInputFiles(fileOf(document));
  }

  /** Unfolds what is said below the finding's sentence. */
  async unfold(): Promise<void> {
    const also = this.handle('finding-also');
    if ((await also.getAttribute('aria-expanded')) === 'false') await also.click();
  }

  /** Waits until the model is open and the run button enabled. */
  async ready(): Promise<void> {
    await expect(this.handle('run')).toBeEnabled();
  }

  /** Types a prompt and marks tokens [begin, end) as its subject. */
  async ask(prompt: string, subject: readonly [number, number]): Promise<void> {
    await this.handle('prompt-input').fill(prompt);
    const chip = (index: number) => this.handle('chip').and(this.page.locator(`[data-index="${index}"]`));
    await expect(chip(subject[1] - 1)).toBeVisible();
    await chip(subject[0]).dragTo(chip(subject[1] - 1));
  }

  /**
   * Makes the trace too long to finish before a test has pressed a button: more draws, many more on
   * a graphics card. `times` as long if much happens before that.
   */
  async makeLong(times = 1): Promise<void> {
    const isSoftware = /software/.test((await this.handle('status').textContent()) ?? '');
    await this.draw(times * (isSoftware ? 40 : 500));
  }

  /** Asks for a trace of so many draws; of two it takes a fifth of what the default takes. */
  async draw(count: number): Promise<void> {
    const settings = this.handle('options');
    await settings.locator('> summary').click();
    await settings.getByLabel('draws', { exact: true }).fill(`${count}`);
    await settings.locator('> summary').click();
    await this.ready();
  }

  /** Presses Run and waits for the end. */
  async run(): Promise<void> {
    // The click starts the run, and a short one may end before it can be observed.
    await this.handle('run').click();
    await this.finished();
  }

  async finished(): Promise<void> {
    await expect(this.handle('cancel')).toBeHidden();
  }
}

/** Opens the page, and in it a finding from a file. */
export async function openFinding(page: Page, document: object): Promise<Workbench> {
  const bench = new Workbench(page);
  await page.goto('./');
  await expect(bench.handle('finding')).toBeVisible();
  await bench.openFile(document);
  return bench;
}

export const fileOf = (document: object) => ({
  name: 'finding.json',
  mimeType: 'application/json',
  buffer: Buffer.from(JSON.stringify(document)),
});

/** Errors that the page did not catch; tests that use this assert that there are none. */
export function uncaughtErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  return errors;
}

/** Bytes of an export. */
export async function downloaded(bench: Workbench, format: string): Promise<Buffer> {
  await bench.page.getByText('Export', { exact: true }).click();
  const started = bench.page.waitForEvent('download');
  await bench.handle(`export-${format}`).click();
  const stream = await (await started).createReadStream();
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

export function browserWithoutWebGpu(): Promise<Browser> {
  const executablePath = process.env.LOCI_CHROMIUM;
  return chromium.launch({
    ...(executablePath ? { executablePath } : { channel: 'chromium' }),
    args: [...flags.filter((flag) => flag !== '--enable-unsafe-webgpu'), '--disable-gpu'],
  });
}
