import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { findSite, siteShape } from '../../../model/sites';
import { maxOf } from '../../../util/lists';
import { continuousSites } from '../../testing/differences';
import { gradientError, loadGradients } from '../../testing/gradients';
import { GOLDEN_MODELS, loadGolden, type ReadFile } from '../../testing';
import { createReferenceForward } from '../forward';

const read: ReadFile = async (path) => new Uint8Array(await readFile(path)).buffer;

/** Largest error over a tensor's largest value. The goldens are float64, stored as float32. */
const BAR = 1e-6;

/**
 * Of the run's largest value: a tensor below this share counts as this large, since it is a
 * difference of larger numbers. What we have where PyTorch's gradient is 0 is no larger either.
 */
const LEAST = 1e-7;

describe.each(GOLDEN_MODELS.filter((name) => name.startsWith('tiny-')))('gradients of %s', (name) => {
  it("are PyTorch's at every site, of every seed, edited or not", async () => {
    const golden = await loadGolden(name, read);
    const { spec } = golden;
    const sizeOf = (site: string, T: number) =>
      siteShape(spec, findSite(spec, site), T).reduce((product, n) => product * n, 1);
    const forward = createReferenceForward(spec, (weight) => golden.weights.get(weight)!);
    const worst = { error: 0, atZero: 0, at: '' };
    const wrong: string[] = [];
    for (const { name: title, runs, sites } of await loadGradients(name, read, sizeOf)) {
      if (title.startsWith('unedited'))
        expect([...sites.keys()].sort()).toEqual(
          continuousSites(spec)
            .map((site) => site.name)
            .sort(),
        );
      const result = await forward({ runs, reuse: 'naive' });
      const largest = maxOf([...sites.values()].map((one) => one.largest));
      for (const [site, summary] of sites) {
        const { relative, atZero } = gradientError(
          result.runs.edited!.gradients![site]!,
          summary,
          LEAST * largest,
        );
        const at = `${title}/${site}`;
        if (relative > worst.error) Object.assign(worst, { error: relative, at });
        worst.atZero = Math.max(worst.atZero, atZero / largest);
        if (!(relative <= BAR) || !(atZero <= LEAST * largest)) wrong.push(`${at}: ${relative}, ${atZero}`);
      }
    }
    process.stdout.write(
      `${name}: largest relative error of a gradient ${worst.error.toExponential(1)}, at ${worst.at}; ` +
        `where PyTorch's is 0, ${worst.atZero.toExponential(1)}\n`,
    );
    expect(wrong).toEqual([]);
  });
});
