/** Golden models whose activations are written, on a GPU. */
import { expect } from 'vitest';
import type { Gpu } from '../../gpu/device';
import { listSites } from '../../model/sites';
import { maxOf } from '../../util/lists';
import { rowMetric } from '../../util/rowMetric';
import { compareTensors } from '../reference/compare';
import { createReferenceForward } from '../reference/forward';
import type { RowMetric } from '../request/contract';
import { prefixRuns } from '../request/prefix';
import type { Run } from '../request/types';
import {
  GOLDEN_EDITED_MODELS,
  GOLDEN_INTERVENED_MODELS,
  GOLDEN_MODELS,
  GOLDEN_MOVED_MODELS,
  isVariant,
  loadEditCases,
  loadGolden,
  loadInterventions,
  loadMoved,
  type ReadFile,
} from '../testing';
import { BAR, forward, onGpu, worstOf } from './onGpu';

const EDITED = [
  ...GOLDEN_EDITED_MODELS.map((name) => ({ name, what: 'edits', load: loadEditCases })),
  ...GOLDEN_INTERVENED_MODELS.map((name) => ({ name, what: 'masks and rewrites', load: loadInterventions })),
  ...GOLDEN_MOVED_MODELS.map((name) => ({ name, what: 'moved rows and positions', load: loadMoved })),
];

/** Golden interventions by kind, of models of each kind or of their variants. */
export const editedModels = (ofVariants: boolean): typeof EDITED =>
  EDITED.filter(({ name }) => isVariant(name) === ofVariants);

/** Random weights: in a model that ships with the app a site may do nothing, or take long. */
export const writtenModels = (ofVariants: boolean): readonly string[] =>
  GOLDEN_MODELS.filter((name) => name.startsWith('tiny-') && isVariant(name) === ofVariants);

/** Largest difference of what is known of two logits rows, over the largest logit. */
function metricError(ours: RowMetric, theirs: RowMetric): number {
  const fields = ['answer', 'distractor', 'max', 'logSumExp'] as const;
  const scale = maxOf(
    fields.map((field) => Math.abs(theirs[field])),
    1,
  );
  return maxOf(fields.map((field) => Math.abs(ours[field] - theirs[field]) / scale));
}

/** Golden interventions, from scratch and reusing the base, are what PyTorch says. */
export async function expectEdited(
  { name, load }: Pick<(typeof EDITED)[number], 'name' | 'load'>,
  gpu: Gpu,
  read: ReadFile,
): Promise<void> {
  const golden = await loadGolden(name, read);
  const model = await onGpu(golden, gpu);
  const errors = new Map<string, number>();
  // All in one request, which costs less than one each.
  const edits = (await load(name, read)).map((one) => ({
    ...one,
    runs: prefixRuns(one.runs, `${one.name}: `),
  }));
  const whole = await forward(golden, model, { runs: edits.flatMap(({ runs }) => runs), reuse: 'naive' });
  for (const { name: edit, runs, output, values } of edits) {
    const { relative } = compareTensors(whole.runs[runs.at(-1)!.id]!.captures[output]!.data, values);
    errors.set(edit, relative);
    expect(relative, edit).toBeLessThan(BAR);
  }
  if (golden.spec.head !== 'none') {
    const asked = { answer: 1, distractor: 0 };
    const truths = new Map<string, RowMetric>();
    const runs = edits.flatMap(({ runs: [...before], values }) => {
      const edited = before.pop()!;
      const T = before[0]!.tokens!.length;
      const perRow = Array.from({ length: T }, (_, row): Run => {
        const id = `${edited.id}, row ${row}`;
        const [begin, end] = [row, row + 1].map((t) => (t * values.length) / T);
        truths.set(id, rowMetric(values.subarray(begin, end), asked));
        return { ...edited, id, captures: [], metric: { row, ...asked } };
      });
      return [...before, ...perRow];
    });
    for (const reuse of ['wavefront', 'forced'] as const) {
      const reused = await forward(golden, model, { runs, reuse });
      for (const [id, want] of truths) {
        const got = reused.runs[id]!.metric!;
        const error = metricError(got, want);
        errors.set(`${id} ${reuse}`, error);
        expect(error, `${id} ${reuse}`).toBeLessThan(BAR);
        expect(got.argmax, `${id} ${reuse}`).toBe(want.argmax);
        expect(got.rank, `${id} ${reuse}`).toBe(want.rank);
      }
    }
  }
  console.warn(
    `${name}: ${errors.size} comparisons of edited runs; largest relative error ${worstOf(errors)}`,
  );
}

/** Every hook site can be written: the GPU then says what the reference says, and something else than before. */
export async function expectWritable(name: string, gpu: Gpu, read: ReadFile): Promise<void> {
  const golden = await loadGolden(name, read);
  // Without logits there is no metric; the golden edits above write such a model's sites.
  if (golden.spec.head === 'none') return;
  const model = await onGpu(golden, gpu);
  const reference = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
  const tokens = [7, 3, 11, 5, 9];
  const row = tokens.length - 1;
  const metric = { row, answer: 1, distractor: 0 };
  const sites = listSites(golden.spec).filter((site) => site.kind !== 'hook_tokens');
  const runs: Run[] = [
    { id: 'base', tokens, metric },
    ...sites.map(
      ({ name: site, kind }): Run => ({
        id: site,
        base: 'base',
        // An offset that differs by column: a constant would cancel in a softmax or a norm. Less than half does not
        // change an index.
        edits: [
          {
            site,
            rows: [row],
            op: 'add',
            source: {
              kind: 'noise',
              stream: 'mt19937-polar',
              seed: 3,
              scale: kind === 'mlp.hook_expert_indices' ? 5 : 0.5,
              draw: 0,
            },
          },
        ],
        metric,
      }),
    ),
  ];
  const truth = await reference({ runs, reuse: 'naive' });
  const errors = new Map<string, number>();
  for (const reuse of ['wavefront', 'naive'] as const) {
    const ours = await forward(golden, model, { runs, reuse });
    for (const { name: site } of sites) {
      const [got, want, before] = [
        ours.runs[site]!.metric!,
        truth.runs[site]!.metric!,
        truth.runs.base!.metric!,
      ];
      const error = metricError(got, want);
      errors.set(`${site} ${reuse}`, error);
      expect(error, `${site} ${reuse}`).toBeLessThan(BAR);
      expect(metricError(want, before), `${site} changes nothing`).toBeGreaterThan(1e-5);
    }
  }
  console.warn(`${name}: ${sites.length} sites written; largest relative error ${worstOf(errors)}`);
}
