import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { listSites } from '../model/sites';
import { createReferenceForward } from './reference';
import { type ReadFile, goldenError, goldenSites, loadEditCases, loadGolden } from './testing';

const read: ReadFile = async (path) => new Uint8Array(await readFile(path)).buffer;

describe.each(['tiny-a', 'tiny-b', 'tiny-c', 'atlas'])('float64 reference of %s', (name) => {
  it('agrees with PyTorch at every hook site', async () => {
    const golden = await loadGolden(name, read);
    const forward = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
    for (const [testCase, tokens] of golden.cases) {
      const sites = goldenSites(golden, testCase);
      // Everything but the token ids, which PyTorch is given.
      expect(sites.length).toBe(listSites(golden.spec).length - 1);
      const { runs } = await forward({
        runs: [{ id: 'a', tokens, captures: sites.map((site) => ({ site })) }],
        reuse: 'naive',
      });
      for (const site of sites) {
        expect(
          await goldenError(golden, testCase, site, runs.a!.captures[site]!),
          `${testCase}/${site}`,
        ).toBeLessThan(5e-6);
      }
    }
  });
});

describe.each(['tiny-a', 'tiny-b'])('edits of the reference of %s', (name) => {
  it('agree with PyTorch', async () => {
    const golden = await loadGolden(name, read);
    const forward = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
    for (const { name: edit, runs, logits } of await loadEditCases(name, read)) {
      const result = await forward({ runs, reuse: 'naive' });
      const ours = result.runs.edited!.captures['unembed.hook_out']!.data;
      const error = logits.reduce((max, value, i) => Math.max(max, Math.abs(value - ours[i]!)), 0);
      expect(error, edit).toBeLessThan(2e-5);
    }
  });
});
