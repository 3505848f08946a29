/**
 * The causal trace as pictures: one heatmap per kind of restored state, rows = tokens top to bottom (groups of
 * tokens below), columns = layers, all on one colour scale whose floor is the corrupted level (ROME, figure 1).
 */
import type { Interval, KindResult, Metric, TraceDocument, TraceKind } from '../../results/document';
import { askedOf, layersRestored } from '../../results/asked';
import { intervalText, metricValue } from '../../results/format';
import { tokenLabels } from '../../results/tokens';
import { metricTitle, showChange } from '../metric';
import { drawnQuestion } from '../question';

export const TRACE_KINDS: readonly TraceKind[] = ['hidden', 'mlp', 'attn'];

export interface TraceRow {
  readonly text: string;
  readonly isSubject: boolean;
  readonly isGroup: boolean;
}

export interface TraceCell {
  /** Metric after restoring. */
  readonly restored: number;
  /** restored - corrupted. */
  readonly effect: number;
  readonly interval: Interval | null;
  /** The interval includes 0. */
  readonly uncertain: boolean;
  /** 0 = corrupted level, 1 = the largest effect of all kinds, in the direction of a better answer. */
  readonly strength: number;
  /** p(answer) after restoring, where known. */
  readonly p: number | null;
  /** [begin, end) of the layers restored together. */
  readonly layers: readonly [number, number];
  /** One line: token, layer, value, interval. */
  readonly label: string;
}

export interface TraceMap {
  readonly kind: TraceKind;
  readonly title: string;
  readonly columnTitle: string;
  /** [row][layer], tokens first, then groups. */
  readonly cells: readonly (readonly TraceCell[])[];
}

export interface TraceView {
  readonly rows: readonly TraceRow[];
  readonly layers: number;
  readonly maps: readonly TraceMap[];
  /** Kinds that were asked for and are not computed yet. */
  readonly missing: readonly TraceKind[];
  readonly metricTitle: string;
  readonly corrupted: number;
  readonly clean: number;
  /** Value with the strongest colour. */
  readonly top: number;
}

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
  const rows: TraceRow[] = [
    ...tokenLabels(document).map(({ label, isSubject }) => ({
      text: label === '[BOS]' ? 'BOS' : label,
      isSubject,
      isGroup: false,
    })),
    ...groups.map((group) => ({ text: `whole ${group.name}`, isSubject: false, isGroup: true })),
  ];
  const layers = results[0]?.result.restored[0]?.length ?? 0;

  const maps = results.map(({ kind, result }): TraceMap => {
    const cell = (row: number, layer: number): TraceCell => {
      const values = valuesAt(result, document.tokens.length, row, layer);
      const uncertain = includesZero(values.interval);
      return {
        ...values,
        uncertain,
        strength: Math.max(
          0,
          (values.restored - document.corrupted.metric) / (top - document.corrupted.metric),
        ),
        layers: layersRestored(question, kind, layer),
        label: labelOf(document, rows[row]!, layer, values, uncertain),
      };
    };
    return {
      kind,
      title: KIND_NAMES[kind],
      columnTitle: columnTitle(kind, window),
      cells: rows.map((_, row) => Array.from({ length: layers }, (_, layer) => cell(row, layer))),
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
  };
}

/** Exactly [0, 0] is no chance: nothing could have changed there. */
function includesZero(interval: Interval | null): boolean {
  if (interval === null) return false;
  const [low, high] = interval;
  return low <= 0 && high >= 0 && low !== high;
}

type CellValues = Pick<TraceCell, 'restored' | 'effect' | 'interval' | 'p'>;

function valuesAt(result: KindResult, tokens: number, row: number, layer: number): CellValues {
  if (row < tokens) {
    return {
      restored: result.restored[row]![layer]!,
      effect: result.effect[row]![layer]!,
      interval: result.interval[row]![layer]!,
      p: result.p?.[row]?.[layer] ?? null,
    };
  }
  const group = result.groups[row - tokens]!;
  return {
    restored: group.restored[layer]!,
    effect: group.effect[layer]!,
    interval: group.interval[layer]!,
    p: null,
  };
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
  row: TraceRow,
  layer: number,
  values: CellValues,
  uncertain: boolean,
): string {
  const { metric } = document;
  const interval = values.interval ? ` ${intervalText(metric, values.interval)}` : '';
  const doubt = uncertain ? ', may be chance' : '';
  const change = showChange(metric, values.effect);
  return `${row.text}, layer ${layer}: ${metricValue(metric, values.restored)}, ${change}${interval}${doubt}`;
}
