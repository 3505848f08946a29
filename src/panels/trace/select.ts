/**
 * The causal trace as pictures: one heatmap per kind of restored state, rows = tokens top to bottom (groups of
 * tokens below), columns = layers, all on one colour scale whose floor is the corrupted level (ROME, figure 1).
 */
import { askedOf, layersRestored } from '../../results/asked';
import { type Cell, cellAt } from '../../results/cell';
import { hatchingRule, intervalLabel, worthOf } from '../../results/certainty';
import type { KindResult, Metric, TraceDocument, TraceKind } from '../../results/document';
import { intervalText, metricValue, rangeText } from '../../results/format';
import { tokenLabels } from '../../results/tokens';
import type { Hue } from '../../ui/colour';
import type { ColourBar } from '../../view/marks/colourBar';
import type { MarkCell, MarkData, RowName } from '../../view/marks/data';
import { metricTitle, showChange } from '../metric';
import { drawnQuestion } from '../question';

export const TRACE_KINDS: readonly TraceKind[] = ['hidden', 'mlp', 'attn'];

export interface TraceCell extends Omit<Cell, 'hatched'> {
  /** Hatched: no effect is shown there. */
  readonly uncertain: boolean;
  /** [begin, end) of the layers restored together. */
  readonly layers: readonly [number, number];
  /** One line: token, layer, value, what the draws span. */
  readonly label: string;
}

export interface TraceMap {
  readonly kind: TraceKind;
  readonly title: string;
  readonly columnTitle: string;
  /** [row][layer], tokens first, then groups. */
  readonly cells: readonly (readonly TraceCell[])[];
  readonly peak: { readonly row: number; readonly layer: number } | null;
}

export interface TraceView {
  /** Tokens, then groups. */
  readonly rows: readonly RowName[];
  readonly layers: number;
  readonly maps: readonly TraceMap[];
  /** Kinds that were asked for and are not computed yet. */
  readonly missing: readonly TraceKind[];
  readonly metricTitle: string;
  readonly corrupted: number;
  readonly clean: number;
  /** Value with the strongest colour. */
  readonly top: number;
  /** The corrupted level's draws, or what they span where a link left them behind; null where there is one. */
  readonly spread: Spread | null;
  /** What to call a cell's interval; null where there are none. */
  readonly intervalLabel: string | null;
  /** Which cells are hatched and what the draws are worth, sentence by sentence. */
  readonly legend: readonly string[];
}

export interface Spread {
  readonly draws: readonly number[] | null;
  readonly range: readonly [number, number];
}

/** ROME's hue per kind of restored state. */
const KIND_HUES: Record<TraceKind, Hue> = { hidden: 'purple', mlp: 'green', attn: 'red' };

export const KIND_NAMES: Record<TraceKind, string> = {
  hidden: 'hidden state',
  mlp: 'MLP',
  attn: 'attention',
};

export function selectTrace(document: TraceDocument): TraceView {
  const question = askedOf(document);
  const { kinds: wanted, window } = drawnQuestion(document);
  const results = TRACE_KINDS.flatMap((kind) => {
    const result = document.kinds[kind];
    return result ? [{ kind, result }] : [];
  });
  const groups = results[0]?.result.groups ?? [];
  const top = topOf(
    document,
    results.map(({ result }) => result),
  );
  const rows: RowName[] = [
    ...tokenLabels(document).map(({ label, isSubject }) => ({
      text: label === '[BOS]' ? 'BOS' : label,
      marked: isSubject,
    })),
    ...groups.map((group) => ({ text: `whole ${group.name}`, apart: true })),
  ];
  const layers = results[0]?.result.restored[0]?.length ?? 0;

  const maps = results.map(({ kind, result }): TraceMap => {
    const cell = (row: number, layer: number): TraceCell => {
      const { hatched, ...values } = cellAt(result, document.tokens.length, row, layer);
      return {
        ...values,
        uncertain: hatched,
        layers: layersRestored(question, kind, layer),
        label: labelOf(document, `${rows[row]!.text}, layer ${layer}`, values, hatched),
      };
    };
    return {
      kind,
      title: KIND_NAMES[kind],
      columnTitle: columnTitle(kind, window),
      cells: rows.map((_, row) => Array.from({ length: layers }, (_, layer) => cell(row, layer))),
      peak: result.peak,
    };
  });
  return {
    rows,
    layers,
    maps,
    missing: wanted.filter((kind) => !document.kinds[kind]),
    metricTitle: metricTitle(document),
    corrupted: document.corrupted.metric,
    clean: document.clean.metric,
    top,
    spread: spreadOf(document),
    intervalLabel: intervalLabel(document.intervals),
    legend: [hatchingRule(document), worthOf(document), ...(document.intervals.notes ?? [])].filter(
      (sentence) => sentence !== null,
    ),
  };
}

/** The maps of the kinds that were asked for as what marks draw; those that are missing keep their places. */
export function traceMarks(view: TraceView): (MarkData & { readonly kind: TraceKind })[] {
  const columns = Array.from({ length: view.layers }, (_, layer) => `${layer}`);
  const common = { rows: view.rows, columns, domain: [view.corrupted, view.top], extent: [0, 0] } as const;
  return TRACE_KINDS.flatMap((kind) => {
    const map = view.maps.find((other) => other.kind === kind);
    if (!map && !view.missing.includes(kind)) return [];
    const cell = (row: number, layer: number): MarkCell => {
      const one = map?.cells[row]?.[layer];
      return { value: one?.restored ?? null, label: one?.label ?? '', uncertain: one?.uncertain ?? false };
    };
    return [
      {
        ...common,
        kind,
        title: KIND_NAMES[kind],
        columnTitle: map?.columnTitle ?? 'not computed yet',
        cell,
        scale: KIND_HUES[kind],
        peak: map?.peak ? map.peak.row * view.layers + map.peak.layer : undefined,
      },
    ];
  });
}

/** Hues of all kinds on one axis, with the corrupted and the clean level and the draws behind the former. */
export function traceBar(view: TraceView, metric: Metric): ColourBar {
  return {
    scales: view.maps.map(({ kind }) => KIND_HUES[kind]),
    caption: view.metricTitle,
    domain: [view.corrupted, view.top],
    dots: view.spread?.draws ?? view.spread?.range ?? [],
    marks: [
      { value: view.corrupted, text: `${metricValue(metric, view.corrupted)} corrupted` },
      { value: view.clean, text: `${metricValue(metric, view.clean)} clean` },
    ],
  };
}

function spreadOf({ intervals, corrupted: { draws, range } }: TraceDocument): Spread | null {
  return range && intervals.draws > 1 ? { draws: draws ?? null, range } : null;
}

/** The colour scale reaches at least this far, so that noise around "nothing lost" is not blown up. */
const SMALLEST_REACH: Record<Metric, number> = { p: 0.01, logprob: 0.05, 'logit-diff': 0.05, rank: 0.5 };

/** The best restored value: the largest, for ranks the smallest. */
function topOf(document: TraceDocument, results: readonly KindResult[]): number {
  const direction = document.metric === 'rank' ? -1 : 1;
  let top = document.corrupted.metric + direction * SMALLEST_REACH[document.metric];
  const consider = (value: number): void => {
    if ((value - top) * direction > 0) top = value;
  };
  for (const result of results) {
    result.restored.flat().forEach(consider);
    result.groups.forEach((group) => {
      group.restored.forEach(consider);
    });
  }
  return top;
}

function columnTitle(kind: TraceKind, window: { readonly rule: string; readonly size: number }): string {
  if (kind === 'hidden') return 'restored after block';
  if (window.size === 1) return 'restored in block';
  const rule = window.rule === 'rome' ? ', as ROME' : '';
  return `centre of ${window.size} restored blocks${rule}`;
}

function labelOf(
  document: TraceDocument,
  place: string,
  cell: Omit<Cell, 'hatched'>,
  hatched: boolean,
): string {
  const { metric, intervals } = document;
  const range = cell.range && intervals.draws > 1 ? ` (draws ${rangeText(metric, cell.range)})` : '';
  const interval = cell.interval ? ` ${intervalText(metric, cell.interval)}` : '';
  const doubt = hatched ? ', may be chance' : '';
  const change = showChange(metric, cell.effect);
  return `${place}: ${metricValue(metric, cell.restored)}${range}, ${change}${interval}${doubt}`;
}
