/** The engine's gradients against PyTorch's, through the public method. */
import { expect } from 'vitest';
import { gradientError, loadGradients } from '../../forward/testing/gradients';
import { loadGolden, type ReadFile } from '../../forward/testing';
import { findSite, siteShape } from '../../model/sites';
import { maxOf } from '../../util/lists';
import { createEngine, type EngineOptions } from '../engine';
import { brokenFolder } from './brokenModel';

/** A tensor below this share of the largest gradient of a seed counts as this large. */
const LEAST = 1e-6;

/** Returns the largest error over a tensor's largest value; every seed, edited and not. */
export async function goldenGradientError(
  name: string,
  read: ReadFile,
  options: EngineOptions,
): Promise<{ readonly error: number; readonly at: string }> {
  const { spec } = await loadGolden(name, read);
  const engine = createEngine({
    ...options,
    folder: () => brokenFolder(`reference/goldens/${name}`, read, []),
  });
  await engine.open({ kind: 'files', title: name, files: new Map() });
  const sizeOf = (site: string, T: number) =>
    siteShape(spec, findSite(spec, site), T).reduce((product, n) => product * n, 1);
  let worst = { error: 0, at: '' };
  for (const { name: title, runs, sites } of await loadGradients(name, read, sizeOf)) {
    const { id: _, tokens, gradients: asked, ...tables } = runs.at(-1)!;
    const prompts = Object.fromEntries(runs.slice(0, -1).map((run) => [run.id, run.tokens!]));
    const request = { tokens: tokens!, seed: asked!.seed, sites: [...sites.keys()], prompts, ...tables };
    const { gradients } = await engine.gradients(request);
    expect(Object.keys(gradients).sort()).toEqual([...sites.keys()].sort());
    const largest = maxOf([...sites.values()].map((one) => one.largest));
    for (const [site, golden] of sites) {
      const tensor = gradients[site]!;
      expect(tensor.shape, site).toEqual(siteShape(spec, findSite(spec, site), tokens!.length));
      const { relative } = gradientError(tensor, golden, LEAST * largest);
      if (!(relative <= worst.error)) worst = { error: relative, at: `${title}/${site}` };
    }
  }
  await engine.close();
  return worst;
}
