/**
 * Severed traces (Meng et al. 2022, `trace_with_repatch`): restores a clean state in the corrupted
 * run while the MLP or attention outputs at its token keep their corrupted values in every layer.
 * The shortfall is the part of the effect that passes through the pinned outputs.
 */
import type { Edit } from '../../forward/request/types';
import { blockOutput } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';
import { numbered } from '../common/axes';
import { caseName } from '../common/caseName';
import { CORRUPTED, corruptedRun, corruptionField, corruptionText } from '../common/corruption';
import { amountText, largestCell, onlyOf, overText } from '../common/largest';
import { metricBounds, metricRow, metricText, metricUnit } from '../common/metric';
import { noiseEdit } from '../common/noise';
import { expectThat } from '../common/parse';
import { choice, type SpecOf } from '../contract/fields';
import type { Levels } from '../contract/map';
import type { SweptRun } from '../contract/sweep';
import { swept } from '../contract/swept';

const KIND = 'severed';

/** intact: nothing is pinned. */
const GRAPHS = ['intact', 'mlp', 'attn'] as const;
type Graph = (typeof GRAPHS)[number];
const NAMES: Readonly<Record<Graph, string>> = {
  intact: 'intact',
  mlp: 'MLPs severed',
  attn: 'attention severed',
};

/** The corrupted run with the next draws of the noise stream. */
const CONTINUED = 'continued';

const fields = {
  corruption: corruptionField,
  /** States to restore: at the subject's last token, or at every token. */
  tokens: choice({
    label: 'Restore',
    choices: { 'subject-last': "the subject's last token", all: 'every token in turn' },
    default: 'subject-last',
  }),
  /**
   * same: pins and restored run share the noise. continued: the restored run has the next draws, as
   * in ROME's code; its effect is compared with the pins' draws.
   */
  noise: choice({
    label: 'Noise of the restored run',
    choices: { same: 'that of the pins', continued: 'the next draws, as in ROME’s code' },
    default: 'same',
  }),
};

type SeveredSpec = SpecOf<typeof fields>;

export const severedExperiment = swept({
  kind: KIND,
  about: {
    title: 'Severed trace',
    asks: 'Does a restored state act through MLPs or through attention?',
    group: 'path',
    short: 'MLPs or attention?',
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
  },
  fields,
  base: 'corruption',
  check(spec) {
    for (const [i, one] of spec.cases.entries()) {
      const has = spec.tokens === 'all' || one.subject !== undefined;
      const where = `${caseName(KIND, spec.cases, i)}: subject`;
      expectThat(has, where, 'nothing', 'words of the prompt, to sever its last token');
    }
    const isNoise = spec.corruption.type === 'noise';
    expectThat(isNoise || spec.noise === 'same', `${KIND}: noise`, 'continued', 'same, for a corrupted twin');
  },
  sources(spec, one) {
    const { noise, corruption } = spec;
    if (noise === 'same' || corruption.type !== 'noise') return [];
    const next = noiseEdit(corruption, one.subject!, corruption.samples);
    return [{ ...corruptedRun(corruption, one, metricRow(one)), id: CONTINUED, edits: [next] }];
  },
  sweeps(spec, model, i) {
    const layers = numbered('layer', model.nLayers);
    const last = spec.cases[i]!.subject?.end ?? 0;
    const isMap = spec.tokens === 'all';
    // A cell's position and layer.
    const at = (cell: readonly number[]) => (isMap ? cell : [last - 1, ...cell]);
    return GRAPHS.map((graph) => ({
      name: graph,
      axes: isMap ? [{ name: 'position' }, layers] : [layers],
      run: (cell) => severedRun(spec, model, graph, at(cell)),
      id: (cell) => `${graph}.${at(cell).join('.')}`,
    }));
  },
  doing: (unit) => `restoring, ${NAMES[unit as Graph]}`,
  maps(spec, { measured, levels: { clean, corrupted } }) {
    const from = measured.map(({ name }) => name);
    const isMap = spec.tokens === 'all';
    if (from.length === 0) return [];
    return [
      {
        name: 'effect',
        title: isMap ? 'effect of restoring a state' : "effect of restoring the subject's last token",
        from,
        several: { name: 'graph', labels: from.map((name) => NAMES[name as Graph]) },
        unit: metricUnit(spec.metric),
        bounds: metricBounds(spec.metric, 'difference'),
        levels: [
          { name: 'corrupted', value: 0 },
          { name: 'clean', value: clean - corrupted },
        ],
        value: (restored: readonly number[], own: Levels) => restored.map((level) => level - own.corrupted),
        drawn: isMap ? 'heatmap' : 'lines',
        caption: `Restored - corrupted (${corruptionText(spec.corruption)}), with outputs at the restored token pinned to their corrupted values in every layer.`,
      },
    ];
  },
  /** The layer whose state restores most, and how much remains without MLPs or attention. */
  finding(spec, { maps: [map] }, { outcome }) {
    const { figure } = map!;
    const metric = metricText(spec, outcome);
    // With every token restored, the last one's final state is the output itself.
    const towards = figure.levels![1]!.value < 0 ? -1 : 1;
    const best = spec.tokens === 'all' ? null : largestCell([onlyOf(map!, 0)], towards);
    if (!best) return `The effect of restored states on ${metric}: see the maps.`;
    const { cell, value, interval, range: spread } = best;
    const unit = metricUnit(spec.metric);
    const left = figure.axes[0]!.labels.slice(1).map((name, g) => {
      const at = (g + 1) * best.figure.values.length + cell;
      return `${amountText(figure.values[at]!, figure.intervals?.[at], unit, figure.ranges?.[at])} with ${name}`;
    });
    return (
      `Restoring the subject's last token after layer ${cell} raises ${metric} most: by ` +
      `${amountText(value, interval, unit, spread)}${left.length > 0 ? `; by ${left.join(', by ')}` : ''}${overText(figure)}.`
    );
  },
});

/** The corrupted run with the clean state at token t after block `layer`, and a graph's pins. */
function severedRun(
  { noise }: SeveredSpec,
  model: ModelSpec,
  graph: Graph,
  cell: readonly number[],
): SweptRun {
  const [t, layer] = cell as [number, number];
  const isContinued = noise === 'continued' && graph !== 'intact';
  // With the same noise, pins up to this layer change nothing.
  const from = isContinued ? 0 : layer + 1;
  const setTo = (site: string, run: string): Edit => ({
    site,
    rows: [t],
    op: 'set',
    source: { kind: 'run', run },
  });
  const pins = range(graph === 'intact' ? model.nLayers : from, model.nLayers).map((l) =>
    setTo(`blocks.${l}.hook_${graph}_out`, CORRUPTED),
  );
  return {
    base: isContinued ? CONTINUED : CORRUPTED,
    edits: [...pins, setTo(blockOutput(model, layer), 'clean')],
  };
}
