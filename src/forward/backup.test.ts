/**
 * The backup head (`public/models/backup`): effects that cutting single edges or heads misses, as
 * predicted by its truth.json.
 */
import { describe, expect, it } from 'vitest';
import { ABLATIONS, changeOf, meanContributions, noisedEdges } from './testing/edges';
import { loadPlanted, loadTruth, silenced } from './testing/planted';

interface OfBackup {
  readonly missed: Readonly<Record<(typeof ABLATIONS)[number], readonly string[]>>;
  readonly pair: readonly [string, string];
  readonly withoutPrimary: { readonly out: string; readonly zero: readonly string[] };
}

const NOTHING = 1e-9;
const truth = await loadTruth<OfBackup>('backup');
const { model, cases } = await loadPlanted('backup', [truth.set]);
const prompts = cases.get(truth.set)!;
const T = prompts[0]!.tokens.length;

describe('the backup head', () => {
  it.each(ABLATIONS)('leaves single edges found and missed as predicted: %s', async (ablation) => {
    const mean = await meanContributions(
      model,
      prompts.map(({ tokens }) => tokens),
    );
    for (const one of [prompts[0]!, prompts.at(-1)!]) {
      const changes = [...(await noisedEdges(model, one, ablation, mean))];
      expect(changes.filter(([, change]) => Math.abs(change) > 1e-6).map(([edge]) => edge)).toEqual(
        truth.edges[ablation],
      );
      for (const edge of truth.missed[ablation]) {
        expect(Object.keys(truth.composed)).toContain(edge);
        expect(Math.abs(new Map(changes).get(edge)!), edge).toBeLessThan(NOTHING);
      }
    }
  });

  it('speaks only where the primary head does not: out alone neither changes anything, both break the answer', async () => {
    for (const one of prompts) {
      const [first, second] = truth.pair.map((node) => silenced(node, T));
      expect(Math.abs(await changeOf(model, one, first!))).toBeLessThan(NOTHING);
      expect(Math.abs(await changeOf(model, one, second!))).toBeLessThan(NOTHING);
      expect(await changeOf(model, one, [...first!, ...second!])).toBeCloseTo(-15, 9);
    }
  });

  it('is doubled by cutting its query from the primary head: a negative score', async () => {
    const changes = await noisedEdges(model, prompts[0]!, 'zero', new Map());
    expect(changes.get('a1.h0->a2.h0<q>')).toBeCloseTo(15, 9);
    expect(changes.get('a1.h0->logits')).toBeCloseTo(-15, 9);
  });

  it('is found once the primary head is out', async () => {
    const forward: typeof model.forward = (request, options) =>
      model.forward(
        {
          ...request,
          runs: request.runs.map((run) =>
            run.base
              ? run
              : { ...run, edits: [...silenced(truth.withoutPrimary.out, T), ...(run.edits ?? [])] },
          ),
        },
        options,
      );
    const changes = await noisedEdges({ spec: model.spec, forward }, prompts[0]!, 'zero', new Map());
    const found = [...changes].filter(([, change]) => Math.abs(change) > 1e-6).map(([edge]) => edge);
    expect(found).toEqual(truth.withoutPrimary.zero);
  });

  it('is not touched by any decoy', async () => {
    for (const { node } of truth.decoys)
      expect(Math.abs(await changeOf(model, prompts[0]!, silenced(node, T))), node).toBeLessThan(NOTHING);
  });
});
