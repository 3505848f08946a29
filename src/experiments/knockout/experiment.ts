/**
 * Attention knockout (Geva et al. 2023): in a window of layers some queries may not see some keys, and what the answer
 * loses says whether information flows from those keys to those queries there.
 */
import { z } from 'zod';
import type { Run } from '../../forward/request/types';
import type { Figure } from '../../results/document';
import { mean } from '../../util/stats';
import { MOST } from '../../util/bounds';
import { parseWith } from '../../util/parse';
import { averaged, overCases } from '../common/average';
import { studyDocument } from '../common/document';
import { dropScale, dropUnit, scaledDrop, dropOption } from '../common/drop';
import { amountText, largestCell, type Sampled } from '../common/largest';
import { metricRow, metricText, metricUnit, metricValue } from '../common/metric';
import { expectThat, expectTokens, parseStudy } from '../common/parse';
import { resolveStudy } from '../common/question';
import { counted, type Skipped, skipUnknown } from '../common/skip';
import { layer, position, studyFields } from '../common/spec';
import { askedWindow, checkWindow, checkWindowLayers, resolveWindow, windowSpec } from '../common/window';
import type { DocumentContext, Experiment } from '../experiment';
import { knockoutOf, masksOf, pairName, setPair } from './sets';

const KIND = 'knockout';

const knockoutSpec = z
  .object({
    ...studyFields,
    kind: z.literal(KIND),
    pairs: z
      .array(setPair)
      .min(1)
      .max(MOST.samples)
      .default([
        { queries: 'answer', keys: 'subject' },
        { queries: 'answer', keys: 'not-subject' },
        { queries: 'answer', keys: 'answer' },
      ]),
    /** Layers that are masked together around each layer. */
    window: windowSpec,
    /** Only these heads; absent: all. */
    heads: z
      .array(z.object({ layer, head: position }).strict())
      .min(1)
      .max(MOST.entries)
      .optional(),
    scale: dropScale.default('drop'),
  })
  .strict();

export type KnockoutSpec = z.infer<typeof knockoutSpec>;

interface Numbers {
  readonly clean: number;
  /** [pair][layer]: the metric of the knocked-out run; null where a chosen head set has no head in the window. */
  readonly knocked: readonly (readonly (number | null)[])[];
}

const runId = (pair: number, layer: number) => `knockout.${pair}.${layer}`;

export const knockoutExperiment: Experiment<KnockoutSpec, Numbers | Skipped> = {
  kind: KIND,
  about: {
    title: 'Attention knockout',
    asks: 'Between which tokens does the answer flow, and where?',
    mediators: ['attention'],
    search: 'exhaustive',
    interventions: ['mask'],
    limits: 'A blocked way may be gone around: by another token, or by layers outside the window.',
    docs: 'knockout.md',
    citation: {
      text: 'Geva et al., Dissecting recall of factual associations in auto-regressive language models (2023)',
      url: 'https://arxiv.org/abs/2304.14767',
    },
    needs: { subject: true },
    options: [
      {
        name: 'window',
        label: 'Layers blocked together (empty: by depth)',
        kind: 'number',
        default: null,
        min: 1,
        max: 1000,
      },
      dropOption,
    ],
  },
  parseSpec(json, model) {
    const spec = parseStudy(knockoutSpec, json, KIND, model);
    checkWindow(KIND, spec.window);
    const names = spec.pairs.map(pairName);
    expectThat(new Set(names).size === names.length, `${KIND}: pairs`, names.join(), 'each pair once');
    expectTokens(spec, 2 * spec.pairs.length, `${KIND}: pairs`);
    for (const [p, pair] of spec.pairs.entries())
      for (const one of spec.cases) knockoutOf(pair, one, `${KIND}: pairs[${p}]`, model);
    if (!model) return spec;
    checkWindowLayers(KIND, spec.window, model.nLayers);
    for (const [i, { layer, head }] of (spec.heads ?? []).entries()) {
      const where = `${KIND}: heads[${i}]`;
      expectThat(
        layer < model.nLayers,
        `${where}.layer`,
        layer,
        `0..${model.nLayers - 1}, the model's layers`,
      );
      expectThat(head < model.nHeads, `${where}.head`, head, `0..${model.nHeads - 1}, the model's heads`);
    }
    return spec;
  },
  resolve: async (question, context) => {
    const study = await resolveStudy(question, KIND, context);
    const asked = z.looseObject({ window: z.union([windowSpec, askedWindow]).optional() });
    const { window } = parseWith(asked, study, KIND);
    const resolved = typeof window === 'object' ? window : resolveWindow(window, context.spec.nLayers);
    return knockoutExperiment.parseSpec({ ...study, kind: KIND, window: resolved }, context.spec);
  },
  cases: (spec) => spec.cases.length,
  size: (spec, _model, i) => ({
    runs: 1 + spec.pairs.length * spec.window.layers.length,
    tokens: spec.cases[i]!.tokens.length,
  }),
  plan(spec, model, i) {
    const one = spec.cases[i]!;
    const metric = metricRow(one);
    const runs: Run[] = [{ id: 'clean', tokens: one.tokens, metric }];
    for (const [p, pair] of spec.pairs.entries()) {
      const knockout = knockoutOf(pair, one, `${KIND}: pairs[${p}]`, model);
      for (const [layer, window] of spec.window.layers.entries()) {
        const masks = masksOf(knockout, window, spec.heads);
        if (masks.length > 0)
          runs.push({ id: runId(p, layer), base: 'clean', masks, metric, unit: 'knockout' });
      }
    }
    return runs;
  },
  doing: (unit) => (unit === '' ? 'clean run' : 'knocking out attention'),
  measure(spec, _model, i, { runs, finished }) {
    if (!finished.has('knockout')) return null;
    const skipped = skipUnknown(spec, spec.cases[i]!, runs.clean!.metric!);
    if (skipped) return skipped;
    const value = (id: string) => (runs[id] ? metricValue(spec.metric, runs[id].metric!) : null);
    return {
      clean: value('clean')!,
      knocked: spec.pairs.map((_, p) => spec.window.layers.map((_window, layer) => value(runId(p, layer)))),
    };
  },
  reduce(spec, measured, context) {
    if (measured.every((numbers) => numbers === null)) return null;
    const cases = counted(measured);
    const map = cases.length === 0 ? null : knockoutMap(spec, cases);
    return studyDocument(spec, measured, context, {
      finding: map ? findingOf(spec, map, cases, context) : 'Nothing was measured: every case was left out.',
      figures: map ? [map.figure] : [],
    });
  },
};

interface Counted {
  readonly i: number;
  readonly numbers: Numbers;
}

function knockoutMap(spec: KnockoutSpec, cases: readonly Counted[]): Sampled {
  const rows = cases.map(({ numbers: { clean, knocked } }) =>
    knocked.flatMap((layers) =>
      layers.map((level) => (level === null ? null : scaledDrop(spec.scale, clean, level))),
    ),
  );
  const over = overCases(spec, cases);
  const { size } = spec.window;
  const level = mean(cases.map(({ numbers }) => numbers.clean));
  const figure: Figure = {
    name: 'knockout',
    title: 'attention knocked out',
    axes: [
      { name: 'queries → keys', labels: spec.pairs.map(pairName) },
      { name: 'layer', labels: spec.window.layers.map((_, layer) => `${layer}`) },
    ],
    unit: dropUnit(spec.scale, spec.metric),
    ...averaged(rows, over),
    levels: spec.scale === 'raw' ? [{ name: 'clean', value: level }] : [{ name: 'nothing lost', value: 0 }],
    drawn: 'lines',
    scale: 'signed',
    caption:
      `Each point: the queries cannot see the keys in ${size === 1 ? 'this layer' : `a window of ${size} layers around this one`}, ` +
      `${spec.heads ? `${spec.heads.length} chosen heads` : 'all heads'}.`,
  };
  return { figure, samples: { rows, over } };
}

function findingOf(
  spec: KnockoutSpec,
  map: Sampled,
  cases: readonly Counted[],
  { outcome }: DocumentContext,
): string {
  const metric = metricText(spec, outcome);
  const best = spec.scale === 'raw' ? null : largestCell([map]);
  if (!best) return `Attention knockout for ${metric}: see the lines.`;
  const L = spec.window.layers.length;
  const pair = pairName(spec.pairs[Math.floor(best.cell / L)]!);
  const [begin, end] = spec.window.layers[best.cell % L]!;
  const layers = end - begin === 1 ? `layer ${begin}` : `layers ${begin} to ${end - 1}`;
  const unit = spec.scale === 'relative' ? 'of the clean level' : metricUnit(spec.metric);
  const clean = amountText(mean(cases.map(({ numbers }) => numbers.clean)), null, metricUnit(spec.metric));
  const over = map.figure.varies ? `, ${map.figure.varies.n} ${map.figure.varies.what}` : '';
  return (
    `Blocking ${pair} in ${layers} costs ${metric} most: ` +
    `${amountText(best.value, best.interval, unit)} lost${over} (${clean} in the clean run).`
  );
}
