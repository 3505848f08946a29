/** axe-core in the page: WCAG 2.2 at levels A and AA, and axe's own rules of good practice. */
import { expect, type Page } from '@playwright/test';
import type * as Axe from 'axe-core';

const ALL: Axe.RunOnly = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};
/** All that can differ between light and dark: everything else is checked once. */
const COLOURS: Axe.RunOnly = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

/** Before the first visit. An init script, for the page's policy allows no script but its own. */
export async function loadAxe(page: Page): Promise<void> {
  await page.addInitScript({ path: 'node_modules/axe-core/axe.min.js' });
  // Colours in the middle of a transition are no colours of the page.
  await page.emulateMedia({ reducedMotion: 'reduce' });
}

/**
 * Fails softly, so that a run names every state with violations.
 * @param within what the state adds to one that was checked, e.g. a dialog; all of the page if not given
 */
export async function expectClean(page: Page, state: string, within = 'html'): Promise<void> {
  // What the pointer lights is not part of a state.
  await page.mouse.move(0, 0);
  await page.emulateMedia({ colorScheme: 'light' });
  expect.soft(await violations(page, within), state).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect.soft(await violations(page, within, COLOURS), `${state}, dark`).toEqual([]);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** One line for each element, e.g. 'color-contrast .muted: Element has insufficient ...'. */
export function violations(page: Page, within = 'html', runOnly = ALL): Promise<string[]> {
  return page.evaluate(
    async ([selector, asked]) => {
      // Colours follow a change of the medium by a frame.
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
      const { axe } = globalThis as unknown as { axe: typeof Axe };
      // A word in a cell is cut to fit, and hidden from readers: the cell's label has it whole.
      const rules = { 'label-content-name-mismatch': { enabled: false } };
      const found = await axe.run(selector, {
        runOnly: asked,
        rules: asked.type === 'tag' ? rules : {},
        resultTypes: ['violations'],
        preload: false,
      });
      return found.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
      );
    },
    [within, runOnly] as const,
  );
}
