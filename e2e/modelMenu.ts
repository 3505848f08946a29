/** The model menu as a visitor uses it. */
import { expect, type Locator } from '@playwright/test';
import type { Workbench } from './workbench';

export class ModelMenu {
  readonly menu: Locator;
  readonly preview: Locator;
  readonly stored: Locator;
  readonly error: Locator;

  constructor(private readonly bench: Workbench) {
    this.menu = bench.handle('model-menu');
    this.preview = bench.handle('model-preview');
    this.stored = bench.handle('stored');
    this.error = bench.handle('model-error');
  }

  /** Name of the open model, as shown by the closed menu. */
  get title(): Locator {
    return this.bench.handle('model-title');
  }

  async show(): Promise<void> {
    if ((await this.menu.getAttribute('open')) === null) await this.summary.click();
    await expect(this.idField).toBeVisible();
  }

  async hide(): Promise<void> {
    await this.bench.page.keyboard.press('Escape');
    await expect(this.idField).toBeHidden();
  }

  get summary(): Locator {
    return this.menu.locator('> summary');
  }

  get idField(): Locator {
    return this.menu.getByLabel('Model on the Hugging Face hub');
  }

  get tokenField(): Locator {
    return this.menu.getByLabel(/^Access token for /);
  }

  /** Types the address of a mirror. */
  async at(mirror: string): Promise<void> {
    await this.show();
    const base = this.menu.getByLabel('Mirror or private host');
    if (!(await base.isVisible())) await this.menu.getByText('Revision, file, mirror, token').click();
    await base.fill(mirror);
  }

  async lookUp(id: string, mirror: string): Promise<void> {
    await this.at(mirror);
    await this.idField.fill(id);
    await this.menu.getByRole('button', { name: 'Look it up' }).click();
  }

  get openButton(): Locator {
    return this.preview.getByRole('button', { name: /open/i });
  }

  /** The button for a model that ships with the page. */
  builtin(title: string): Locator {
    return this.menu.getByRole('button', { name: `Open ${title}` });
  }

  /** Opens the previewed model and waits until it is in use. */
  async open(title: string): Promise<void> {
    await this.openButton.click();
    await this.opened(title);
  }

  async opened(title: string): Promise<void> {
    await expect(this.title).toHaveText(title);
    await expect(this.bench.handle('status')).toHaveAttribute('data-phase', 'ready');
  }

  pick(files: Parameters<Locator['setInputFiles']>[0]): Promise<void> {
    return this.menu.getByLabel('Choose files').setInputFiles(files);
  }
}
