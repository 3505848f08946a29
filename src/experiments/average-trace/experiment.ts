/**
 * The causal trace averaged over facts (Meng et al. 2022, figure 2): the mean effect of restoring a
 * state, by token role (first, middle, last of the subject, the first after it, ...) and layer.
 * AIE: mean over facts of restored - corrupted; ATE: mean of clean - corrupted. Stores raw effects;
 * ROME's figure clips negative ones.
 */
import type { Figure } from '../../results/document';
import { countText, minus } from '../../results/format';
import { mean } from '../../statistics/stats';
import { averaged, type Over, overCases, type PeakCell, peakOf } from '../common/average';
import { numbered } from '../common/axes';
import { corruptedId } from '../common/corruption';
import { unitText } from '../common/largest';
import { metricUnit, metricValue } from '../common/metric';
import { answeringRows, type PositionRows, positionRows } from '../common/positions';
import { type Counted as CountedOf, study } from '../contract/study';
import { gathered } from '../contract/sweep';
import {
  BASELINE_UNIT,
  draws,
  planTrace,
  traceSize,
  restoredId,
  type TraceKindName,
  traceRows,
} from '../trace/plan';
import {
  averageTraceNeeds,
  type AverageTraceSpec,
  checkAverageTrace,
  fields,
  KIND,
  resolveFacts,
  traceOf,
} from './spec';

/** One fact's numbers, averaged over its draws. */
interface Numbers {
  readonly clean: number;
  readonly corrupted: number;
  /** restored - corrupted by kind, row-major [T][L]; finished kinds only. */
  readonly effects: Readonly<Partial<Record<TraceKindName, readonly number[]>>>;
}

type Counted = CountedOf<Numbers>;

const LIMITS =
  'An average hides facts that differ: a role that matters for half of them looks as one that matters a little for all.';

const TITLES = {
  hidden: 'hidden state after the block',
  mlp: 'MLP outputs',
  attn: 'attention outputs',
} as const satisfies Record<TraceKindName, string>;

export const averageTraceExperiment = study<typeof fields, Numbers>({
  kind: KIND,
  about: {
    title: 'Average causal trace',
    asks: 'Where are facts, on average?',
    group: 'where',
    short: 'Where, on average?',
    mediators: ['residual stream', 'sub-layer'],
    search: 'exhaustive',
    interventions: ['noise', 'swap'],
    limits: LIMITS,
    docs: 'average-trace.md',
    citation: {
      text: 'Meng et al., Locating and editing factual associations in GPT (2022)',
      url: 'https://arxiv.org/abs/2202.05262',
    },
    needs: { subject: true, cases: 2 },
  },
  fields,
  requires: averageTraceNeeds,
  check: checkAverageTrace,
  resolveCases: resolveFacts,
  size: (spec, model, i) => traceSize(traceOf(spec, i), model),
  doing: (unit) => (unit === BASELINE_UNIT ? 'clean and corrupted runs' : `restoring ${unit}`),
  plan: (spec, model, i) => planTrace(traceOf(spec, i), model, []),
  measure(spec, model, i, { runs, finished }) {
    if (!finished.has(BASELINE_UNIT)) return null;
    const trace = traceOf(spec, i);
    const value = (id: string) => metricValue(spec.metric, runs[id]!.metric!);
    const overDraws = (id: (draw: number) => string) =>
      mean(Array.from({ length: draws(trace) }, (_, draw) => value(id(draw))));
    const corrupted = overDraws(corruptedId);
    const effects: Partial<Record<TraceKindName, number[]>> = {};
    for (const kind of spec.kinds) {
      if (!finished.has(kind)) continue;
      effects[kind] = traceRows(trace).tokens.flatMap((row) =>
        Array.from(
          { length: model.nLayers },
          (_, layer) => overDraws((draw) => restoredId(kind, row, layer, draw)) - corrupted,
        ),
      );
    }
    return { clean: value('clean'), corrupted, effects };
  },
  nothing: 'The model knows none of the facts that were asked so far.',
  found(spec, facts, context) {
    const over = overCases(spec, facts, 'facts');
    const rows = positionRows(spec, context.decode);
    const levels = levelsFigure(spec, facts, over);
    const maps = spec.kinds.flatMap((kind) => {
      const own = facts.filter(({ numbers }) => numbers.effects[kind]);
      return own.length === 0 ? [] : [kindMap(spec, kind, own, rows, context.spec.nLayers, levels)];
    });
    return {
      finding: findingOf(spec, maps, levels),
      notes: notesOf(spec),
      figures: [...maps.map(({ figure }) => figure), levels, factsFigure(spec, facts, rows)],
    };
  },
});

interface KindMap {
  readonly kind: TraceKindName;
  readonly figure: Figure;
  readonly peak: PeakCell | null;
}

function kindMap(
  spec: AverageTraceSpec,
  kind: TraceKindName,
  facts: readonly Counted[],
  rows: PositionRows,
  nLayers: number,
  levels: Figure,
): KindMap {
  const layers = numbered('layer', nLayers);
  const perFact = facts.map(({ i, numbers }) => {
    const T = spec.cases[i]!.tokens.length;
    return gathered([{ name: 'token' }, layers], numbers.effects[kind]!, T, rows.positions(i));
  });
  const over = overCases(spec, facts, 'facts');
  const total = levels.values[2]!;
  const answering = answeringRows(
    spec,
    rows,
    facts.map(({ i }) => i),
  );
  // After the last block the answer's state is the output itself: it always wins and shows nothing.
  const competes = (cell: number) =>
    kind !== 'hidden' || nLayers === 1 || !answering.has(Math.floor(cell / nLayers));
  return {
    kind,
    peak: peakOf(perFact, over, competes, total < 0 ? -1 : 1),
    figure: {
      name: kind,
      title: `average indirect effect of ${TITLES[kind]}`,
      axes: [rows.axis, layers],
      unit: metricUnit(spec.metric),
      ...averaged(perFact, over),
      levels: [{ name: 'average total effect', value: total }],
      drawn: 'heatmap',
      scale: 'signed',
      caption:
        kind === 'hidden'
          ? 'Mean of restored - corrupted: the corrupted run with this state of one token set to its clean value.'
          : `Mean of restored - corrupted: the ${TITLES[kind]} of ${spec.window.size} layer${spec.window.size === 1 ? '' : 's'} around this one set to their clean values, at one token.`,
    },
  };
}

function levelsFigure(spec: AverageTraceSpec, facts: readonly Counted[], over: Over): Figure {
  return {
    name: 'levels',
    title: 'clean, corrupted and what is lost',
    axes: [{ name: 'run', labels: ['clean', 'corrupted', 'average total effect'] }],
    unit: metricUnit(spec.metric),
    ...averaged(
      facts.map(({ numbers: { clean, corrupted } }) => [clean, corrupted, clean - corrupted]),
      over,
    ),
    drawn: 'bars',
    scale: 'signed',
    caption: 'The metric without changes and with the subject corrupted, and their difference (ATE).',
  };
}

function factsFigure(spec: AverageTraceSpec, facts: readonly Counted[], rows: PositionRows): Figure {
  const counts = rows.axis.labels.map(
    (_, r) => facts.filter(({ i }) => rows.positions(i)[r]!.length > 0).length,
  );
  return {
    name: 'facts',
    title: 'facts that have a token of this role',
    axes: [rows.axis],
    unit: 'facts',
    values: counts,
    drawn: 'table',
    scale: 'positive',
    caption: `Out of ${facts.length}; what the means of each row of the maps are over.${
      spec.cases.length > 1 ? ' A role of several tokens is averaged within the fact first.' : ''
    }`,
  };
}

function notesOf(spec: AverageTraceSpec): string[] {
  const { corruption } = spec;
  const notes = [LIMITS];
  if (corruption.type === 'noise') {
    const n = corruption.samples;
    const own = corruption.perFact === 'own' ? 'of its own' : 'with the same seed as the others';
    notes.push(`Each fact has ${n} noise draw${n === 1 ? '' : 's'} ${own}; the intervals are over facts.`);
  }
  return notes;
}

/** '+0.13 [0.09, 0.16]' */
function effectText({ value, interval }: Pick<PeakCell, 'value' | 'interval'>): string {
  const digits = (x: number) => minus(x.toFixed(Math.abs(value) >= 10 ? 1 : 3).replace(/^-(0\.0*)$/, '$1'));
  const sign = value > 0 ? '+' : '';
  return `${sign}${digits(value)}${interval ? ` [${digits(interval[0])}, ${digits(interval[1])}]` : ''}`;
}

function findingOf(spec: AverageTraceSpec, maps: readonly KindMap[], levels: Figure): string {
  const [first, ...others] = maps.filter(({ peak }) => peak);
  const total = { value: levels.values[2]!, interval: levels.intervals?.[2] ?? null };
  const n = countText(levels.varies?.n ?? 1, levels.varies?.what ?? 'facts');
  const unit = unitText(metricUnit(spec.metric));
  const lost = `average total effect ${effectText(total)}${unit} over ${n}`;
  if (!first) return `Average trace: ${lost}.`;
  const place = ({ figure, peak }: KindMap) => {
    const [role, layer] = figure.axes;
    const L = layer!.labels.length;
    return `${role!.name === 'position' ? 'token ' : ''}${role!.labels[Math.floor(peak!.cell / L)]}, layer ${peak!.cell % L}`;
  };
  const more = others.map((map) => `; ${TITLES[map.kind]} most at ${place(map)}: ${effectText(map.peak!)}`);
  return `Restoring the ${TITLES[first.kind]} brings back most at ${place(first)}: ${effectText(first.peak!)}${unit}${more.join('')} (${lost}).`;
}
