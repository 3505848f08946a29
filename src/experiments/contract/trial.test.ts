/** The example of CONTRIBUTING.md: its 50 lines give the page all it needs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documentToCsv } from '../../results/csv';
import { exportFormats } from '../../share/exportFormats';
import { readLink, writeLink } from '../../share/link';
import { type AnyExperiment, anyExperiment } from '../experiment';
import { experiments } from '../registry';
import { scaleHeads } from '../testing/scaleHeads';
import { figureOf, openGolden, runStudy } from '../testing/study';

const golden = await openGolden('tiny-a');
const one = {
  prompt: 'a',
  tokens: [3, 14, 15, 9, 26],
  answer: { id: 5 },
  distractor: { id: 7 },
};
const spec = {
  version: 1,
  kind: 'scale-heads',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [one],
};

describe('a new swept experiment', () => {
  it('is at most 50 lines, and CONTRIBUTING.md shows them', () => {
    const source = readFileSync('src/experiments/testing/scaleHeads.ts', 'utf8');
    expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(50);
    const body = source.slice(source.indexOf('const HEADS')).trimEnd();
    expect(readFileSync('CONTRIBUTING.md', 'utf8')).toContain(body);
  });

  it('has a form, and a spec with the same defaults and bounds', () => {
    const options = scaleHeads.about.options!;
    expect(options.map(({ name, kind }) => [name, kind])).toEqual([
      ['factor', 'number'],
      ['scale', 'choice'],
      ['onlyKnown', 'check'],
      ['bootstrap', 'group'],
    ]);
    const parsed = scaleHeads.parseSpec(spec, golden.spec) as Record<string, unknown>;
    for (const option of options) expect(parsed[option.name]).toEqual(option.default);
    expect(() => scaleHeads.parseSpec({ ...spec, factor: 11 })).toThrow(
      'scale-heads: factor: wrong value, got 11, expected at most 10',
    );
  });

  it('measures: a factor of 1 changes nothing, one of 0 is the zero ablation', async () => {
    const cells = async (factor: number) =>
      figureOf(await runStudy(scaleHeads, { ...spec, factor }, golden), 'attn_head_out_all_pos').values;
    expect((await cells(1)).every((value) => value === 0)).toBe(true);
    const { ablationExperiment } = await import('../ablation/experiment');
    const ablation = { ...spec, kind: 'ablation', method: 'zero', units: ['attn_head_out_all_pos'] };
    const ablated = await runStudy(ablationExperiment, ablation, golden);
    expect(await cells(0)).toEqual(figureOf(ablated, 'attn_head_out_all_pos').values);
  });

  it('averages over prompts, and has a finding, CSV, npz and a link that opens', async () => {
    const cases = [one, { ...one, tokens: [3, 14, 20, 9] }, { ...one, tokens: [1, 2, 3] }];
    const document = await runStudy(scaleHeads, { ...spec, cases }, golden);
    expect(document.finding).toMatch(/^Scaling the head at layer \d, head \d changes the logit difference/);
    expect(document.figures[0]!.varies).toEqual({ what: 'prompts', n: 3 });
    const cells = golden.spec.nLayers * golden.spec.nHeads;
    expect(documentToCsv(document).trim().split('\r\n')).toHaveLength(1 + cells);
    expect(exportFormats(document).map(({ id }) => id)).toEqual(['npz', 'csv']);
    const registered = experiments as AnyExperiment[];
    registered.push(anyExperiment(scaleHeads));
    try {
      const { document: opened } = await readLink(writeLink(document));
      expect(opened.spec).toEqual(document.spec);
    } finally {
      registered.pop();
    }
  });
});
