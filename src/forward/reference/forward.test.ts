import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { listSites } from '../../model/sites';
import { compareTensors } from './compare';
import { everyPosition } from '../request/positions';
import { createReferenceForward } from './forward';
import { transformer } from './model';
import {
  GOLDEN_EDITED_MODELS,
  GOLDEN_INTERVENED_MODELS,
  GOLDEN_MODELS,
  GOLDEN_MOVED_MODELS,
  type Golden,
  type ReadFile,
  goldenError,
  goldenSites,
  loadEditCases,
  loadGolden,
  loadInterventions,
  loadMoved,
} from '../testing';

const read: ReadFile = async (path) => new Uint8Array(await readFile(path)).buffer;

/** A tolerance is a claim, so print the measured error beside it. */
const report = (line: string) => process.stdout.write(`${line}\n`);

/** Largest error relative to the largest value. The sites' goldens are PyTorch's in float32. */
const SITE_BAR = 2e-5;

/** The edits' goldens are float64 passes stored as float32, so only the last digit may differ. */
const EDIT_BAR = 1e-6;

const reader = (golden: Golden) => (name: string) => {
  const values = golden.weights.get(name);
  if (!values) throw new Error(`reference: reads a weight that has no slot, got ${name}.`);
  return values;
};

describe.each(GOLDEN_MODELS)('float64 reference of %s', (name) => {
  it('agrees with PyTorch at every hook site', async () => {
    const golden = await loadGolden(name, read);
    const forward = createReferenceForward(golden.spec, reader(golden));
    const worst = { error: 0, site: '' };
    const wrong: string[] = [];
    for (const [testCase, tokens] of golden.cases) {
      const sites = goldenSites(golden, testCase);
      // Everything except the token ids, which are PyTorch's input.
      expect(sites.length).toBe(listSites(golden.spec).length - 1);
      const { runs } = await forward({
        runs: [{ id: 'a', tokens, captures: sites.map((site) => ({ site })) }],
        reuse: 'naive',
      });
      for (const site of sites) {
        const error = await goldenError(golden, testCase, site, runs.a!.captures[site]!);
        if (error > worst.error) Object.assign(worst, { error, site: `${testCase}/${site}` });
        if (!(error < SITE_BAR)) wrong.push(`${testCase}/${site}: ${error.toExponential(1)}`);
      }
    }
    report(`${name}: largest relative error ${worst.error.toExponential(1)}, at ${worst.site}`);
    expect(wrong).toEqual([]);
  });

  it('announces every site once, in the order of the list', async () => {
    const golden = await loadGolden(name, read);
    const [tokens] = golden.cases.values();
    const announced: string[] = [];
    const at = (site: string, x: Float64Array) => {
      announced.push(site);
      return x;
    };
    const T = tokens!.length;
    const inputs = { tokens: tokens!, positions: everyPosition(T), T };
    transformer({ spec: golden.spec, weight: reader(golden), ...inputs, at });
    expect(announced).toEqual(listSites(golden.spec).map((site) => site.name));
  });
});

describe.each([
  ...GOLDEN_EDITED_MODELS.map((name) => ({ name, what: 'edits', load: loadEditCases })),
  ...GOLDEN_INTERVENED_MODELS.map((name) => ({ name, what: 'masks and rewrites', load: loadInterventions })),
  ...GOLDEN_MOVED_MODELS.map((name) => ({ name, what: 'moved rows and positions', load: loadMoved })),
])('$what of the reference of $name', ({ name, load }) => {
  it('agree with PyTorch', async () => {
    const golden = await loadGolden(name, read);
    const forward = createReferenceForward(golden.spec, reader(golden));
    const worst = { error: 0, edit: '' };
    const wrong: string[] = [];
    for (const { name: edit, runs, output, values } of await load(name, read)) {
      const result = await forward({ runs, reuse: 'naive' });
      const error = compareTensors(result.runs.edited!.captures[output]!.data, values).relative;
      if (error >= worst.error) Object.assign(worst, { error, edit });
      if (!(error < EDIT_BAR)) wrong.push(`${edit}: ${error.toExponential(1)}`);
    }
    report(`${name}: largest relative error after an edit ${worst.error.toExponential(1)}, ${worst.edit}`);
    expect(wrong).toEqual([]);
  });
});
