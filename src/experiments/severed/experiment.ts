/**
 * Severed traces (Meng et al. 2022, `trace_with_repatch`): a clean hidden state is put into the corrupted run while the MLP
 * outputs, or the attention outputs, at its token keep their corrupted values in every layer. What the restored state
 * then brings back less, it brings back by way of them.
 */
import { z } from 'zod';
import type { Edit, MetricRow, Run } from '../../forward/request/types';
import { blockOutput } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import type { Figure } from '../../results/document';
import { range } from '../../util/range';
import { mean } from '../../util/stats';
import { parseWith } from '../../util/parse';
import { caseName } from '../common/caseName';
import { averaged, meanAt, overCases, samplesOf } from '../common/average';
import {
  askedCorruption,
  checkCorruption,
  corruptedId,
  corruptedRun,
  CORRUPTED,
  corruption,
  corruptionText,
  drawsOf,
  resolveCorruption,
} from '../common/corruption';
import { studyDocument } from '../common/document';
import { amountText, largestCell, type Sampled } from '../common/largest';
import { noiseEdit } from '../common/noise';
import { metricRow, metricBounds, metricText, metricUnit, metricValue } from '../common/metric';
import { expectThat, parseStudy } from '../common/parse';
import { positionRows } from '../common/positions';
import { resolveStudy } from '../common/question';
import { counted, type Skipped, skipUnknown } from '../common/skip';
import { type StudyCase, studyFields } from '../common/spec';
import type { DocumentContext, Experiment } from '../experiment';

const KIND = 'severed';

/** intact: nothing is pinned. */
const GRAPHS = ['intact', 'mlp', 'attn'] as const;
type Graph = (typeof GRAPHS)[number];
const NAMES: Readonly<Record<Graph, string>> = {
  intact: 'intact',
  mlp: 'MLPs severed',
  attn: 'attention severed',
};

const severedSpec = z
  .object({
    ...studyFields,
    kind: z.literal(KIND),
    corruption,
    /** Where a state is restored: at the subject's last token, or at every token in turn. */
    tokens: z.enum(['subject-last', 'all']).default('subject-last'),
    /**
     * same: pins and restored run have the same noise. continued: the restored run has the next draws of the stream, as
     * in ROME's code; its effect is held against the draws of the pins.
     */
    noise: z.enum(['same', 'continued']).default('same'),
  })
  .strict();

type SeveredSpec = z.infer<typeof severedSpec>;

interface Numbers {
  readonly clean: number;
  /** By draw. */
  readonly corrupted: readonly number[];
  /** By graph: [token][layer][draw]; tokens as `positionsOf` has them. */
  readonly restored: Readonly<Partial<Record<Graph, readonly (readonly (readonly number[])[])[]>>>;
}

const restoredId = (graph: Graph, t: number, layer: number) => `${graph}.${t}.${layer}`;

/** The corrupted run with the next draws of the stream, where the noise is continued. */
const CONTINUED = 'continued';

/** Positions at which a state is restored. */
const positionsOf = ({ tokens }: SeveredSpec, one: StudyCase): readonly number[] =>
  tokens === 'all' ? range(0, one.tokens.length) : [one.subject!.end - 1];

export const severedExperiment: Experiment<SeveredSpec, Numbers | Skipped> = {
  kind: KIND,
  about: {
    title: 'Severed trace',
    asks: 'Does a restored state act through MLPs or through attention?',
    mediators: ['residual stream', 'sub-layer'],
    search: 'exhaustive',
    interventions: ['noise', 'swap'],
    limits:
      'Pinned outputs belong to another run than the restored state, and only those at its own token are pinned.',
    docs: 'severed.md',
    citation: {
      text: 'Meng et al., Locating and editing factual associations in GPT (2022)',
      url: 'https://arxiv.org/abs/2202.05262',
    },
    needs: { subject: true },
    options: [
      {
        name: 'tokens',
        label: 'Restore',
        kind: 'choice',
        choices: [
          { value: 'subject-last', label: "the subject's last token" },
          { value: 'all', label: 'every token in turn' },
        ],
        default: 'subject-last',
      },
    ],
  },
  parseSpec(json, model) {
    const spec = parseStudy(severedSpec, json, KIND, model);
    checkCorruption(KIND, spec.corruption, spec.cases);
    for (const [i, one] of spec.cases.entries()) {
      expectThat(
        spec.tokens === 'all' || one.subject !== undefined,
        `${caseName(KIND, spec.cases, i)}: subject`,
        'nothing',
        'words of the prompt, to sever its last token',
      );
    }
    const isNoise = spec.corruption.type === 'noise';
    expectThat(isNoise || spec.noise === 'same', `${KIND}: noise`, 'continued', 'same, for a corrupted twin');
    return spec;
  },
  resolve: async (question, context) => {
    const study = await resolveStudy(question, KIND, context);
    const asked = parseWith(z.looseObject({ corruption: askedCorruption.optional() }), study, KIND);
    const how = resolveCorruption(asked.corruption, study.cases as readonly StudyCase[], context.sigma);
    return severedExperiment.parseSpec({ ...study, kind: KIND, corruption: how }, context.spec);
  },
  cases: (spec) => spec.cases.length,
  size(spec, model, i) {
    const tokens = spec.cases[i]!.tokens.length;
    const draws = drawsOf(spec.corruption);
    const positions = positionsOf(spec, spec.cases[i]!).length;
    return { runs: 1 + draws * (2 + GRAPHS.length * positions * model.nLayers), tokens };
  },
  plan(spec, model, i) {
    const one = spec.cases[i]!;
    const metric = metricRow(one);
    const corrupted = corruptedRun(spec.corruption, one, metric);
    const runs: Run[] = [{ id: 'clean', tokens: one.tokens, metric }, corrupted];
    if (spec.noise === 'continued' && spec.corruption.type === 'noise') {
      const next = noiseEdit(spec.corruption, one.subject!, spec.corruption.samples);
      runs.push({ ...corrupted, id: CONTINUED, edits: [next] });
    }
    for (const graph of GRAPHS) {
      for (const t of positionsOf(spec, one)) {
        for (const layer of range(0, model.nLayers))
          runs.push(severedRun(spec, model, metric, { graph, t, layer }));
      }
    }
    return runs;
  },
  doing: (unit) => (unit === '' ? 'clean and corrupted runs' : `restoring, ${NAMES[unit as Graph]}`),
  measure(spec, model, i, { runs, finished }) {
    if (!finished.has('')) return null;
    const one = spec.cases[i]!;
    const skipped = skipUnknown(spec, one, runs.clean!.metric!);
    if (skipped) return skipped;
    const value = (id: string) => metricValue(spec.metric, runs[id]!.metric!);
    const draws = range(0, drawsOf(spec.corruption));
    const restored: Partial<Record<Graph, number[][][]>> = {};
    for (const graph of GRAPHS) {
      if (!finished.has(graph)) continue;
      restored[graph] = positionsOf(spec, one).map((t) =>
        range(0, model.nLayers).map((layer) =>
          draws.map((k) => value(`${restoredId(graph, t, layer)}.${k}`)),
        ),
      );
    }
    return { clean: value('clean'), corrupted: draws.map((k) => value(corruptedId(k))), restored };
  },
  reduce(spec, measured, context) {
    if (measured.every((numbers) => numbers === null)) return null;
    const cases = counted(measured);
    const graphs = GRAPHS.filter((graph) => cases.length > 0 && cases[0]!.numbers.restored[graph]);
    const map = graphs.length === 0 ? null : severedMap(spec, graphs, cases, context);
    return studyDocument(spec, measured, context, {
      finding: map
        ? findingOf(spec, graphs, map, context)
        : 'Nothing was traced yet, or every case was left out.',
      figures: map ? [map.figure] : [],
    });
  },
};

/** The corrupted run with the clean state at token t after block `layer`, and the pins of a graph. */
function severedRun(
  { noise }: SeveredSpec,
  model: ModelSpec,
  metric: MetricRow,
  { graph, t, layer }: { readonly graph: Graph; readonly t: number; readonly layer: number },
): Run {
  const isContinued = noise === 'continued' && graph !== 'intact';
  // With the same noise what is pinned up to this layer has its corrupted value anyway.
  const from = isContinued ? 0 : layer + 1;
  const setTo = (site: string, run: string): Edit => ({
    site,
    rows: [t],
    op: 'set',
    source: { kind: 'run', run },
  });
  const pins =
    graph === 'intact'
      ? []
      : range(from, model.nLayers).map((l) => setTo(`blocks.${l}.hook_${graph}_out`, CORRUPTED));
  return {
    id: restoredId(graph, t, layer),
    base: isContinued ? CONTINUED : CORRUPTED,
    edits: [...pins, setTo(blockOutput(model, layer), 'clean')],
    metric,
    unit: graph,
  };
}

interface Counted {
  readonly i: number;
  readonly numbers: Numbers;
}

/** Effects over [graph][layer], or [graph][position][layer]. */
function severedMap(
  spec: SeveredSpec,
  graphs: readonly Graph[],
  cases: readonly Counted[],
  { spec: model, decode }: DocumentContext,
): Sampled {
  const rows = positionRows(spec, decode);
  const isMap = spec.tokens === 'all';
  const layers = range(0, model.nLayers);
  const perCase = cases.map(({ i, numbers: { corrupted, restored } }) =>
    corrupted.map((level, k) =>
      graphs.flatMap((graph) => {
        const effect = (layer: number) => restored[graph]!.map((token) => token[layer]![k]! - level);
        const places = isMap ? rows.positions(i) : [[0]];
        return places.flatMap((group) => layers.map((layer) => meanAt(effect(layer), group)));
      }),
    ),
  );
  const samples = samplesOf(
    perCase,
    'noise draws',
    overCases(spec, cases),
    metricBounds(spec.metric, 'difference'),
  );
  const over = (get: (numbers: Numbers) => number) => mean(cases.map(({ numbers }) => get(numbers)));
  const figure: Figure = {
    name: 'effect',
    title: isMap ? 'effect of restoring a state' : "effect of restoring the subject's last token",
    axes: [
      { name: 'graph', labels: graphs.map((graph) => NAMES[graph]) },
      ...(isMap ? [rows.axis] : []),
      { name: 'layer', labels: layers.map((layer) => `${layer}`) },
    ],
    unit: metricUnit(spec.metric),
    ...averaged(samples.rows, samples.over),
    levels: [
      { name: 'corrupted', value: 0 },
      { name: 'clean', value: over(({ clean, corrupted }) => clean - mean(corrupted)) },
    ],
    drawn: isMap ? 'heatmap' : 'lines',
    scale: 'signed',
    caption: `Restored - corrupted (${corruptionText(spec.corruption)}), with outputs at the restored token pinned to their corrupted values in every layer.`,
  };
  return { figure, samples };
}

/** The layer whose state brings back most, and what is left of it without MLPs and without attention. */
function findingOf(
  spec: SeveredSpec,
  graphs: readonly Graph[],
  { figure, samples }: Sampled,
  { outcome }: DocumentContext,
): string {
  const axes = figure.axes.slice(1);
  const size = axes.reduce((product, { labels }) => product * labels.length, 1);
  const part = (g: number): Sampled => ({
    figure: { ...figure, axes, values: figure.values.slice(g * size, (g + 1) * size) },
    samples: { ...samples, rows: samples.rows.map((row) => row.slice(g * size, (g + 1) * size)) },
  });
  const towards = figure.levels![1]!.value < 0 ? -1 : 1;
  const metric = metricText(spec, outcome);
  // Where every token is restored, the last one's state after the last block is the output itself.
  const best = spec.tokens === 'all' ? null : largestCell([part(0)], towards);
  if (!best) return `The effect of restored states on ${metric}: see the maps.`;
  const { cell, value, interval, range } = best;
  const unit = metricUnit(spec.metric);
  const left = graphs.slice(1).map((graph, g) => {
    const at = (g + 1) * size + cell;
    return `${amountText(figure.values[at]!, figure.intervals?.[at], unit, figure.ranges?.[at])} with ${NAMES[graph]}`;
  });
  const over = figure.varies ? `, ${figure.varies.n} ${figure.varies.what}` : '';
  return (
    `Restoring the subject's last token after layer ${cell} raises ${metric} most: by ` +
    `${amountText(value, interval, unit, range)}${left.length > 0 ? `; by ${left.join(', by ')}` : ''}${over}.`
  );
}
