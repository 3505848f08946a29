/**
 * Document -> CSV (RFC 4180, no cell a formula), full precision. A trace: one row per kind x token x layer, then per kind x group x layer;
 * `restored_min` and `_max` are of these draws, `effect_low` and `_high` an interval over the noise, where there is one.
 * A study: one row per cell of each figure, with a column per axis (tidy, long). A graph: one row per edge.
 */
import { type Cell, csvText } from '../util/code/csv';
import { askedOf, layersRestored } from './asked';
import { cellAt } from './cell';
import { isTrace, type ResultDocument, type TraceDocument, type TraceKind } from './document';
import type { Graph } from './graph';
import type { StudyDocument } from './study';
import { tokenLabels } from './tokens';

const COLUMNS = [
  'kind',
  'group',
  'row',
  'token_id',
  'token',
  'is_subject',
  'layer',
  'layers_restored',
  'restored',
  'restored_min',
  'restored_max',
  'effect',
  'effect_low',
  'effect_high',
  'hatched',
  'p',
] as const;

/** `layers_restored` is 'first-last'. */
export const documentToCsv = (document: ResultDocument): string => csvText(linesOf(document));

function linesOf(document: ResultDocument): Cell[][] {
  if (isTrace(document)) return traceLines(document);
  return document.graph ? graphLines(document.graph) : studyLines(document);
}

function traceLines(document: TraceDocument): Cell[][] {
  const question = askedOf(document);
  const labels = tokenLabels(document);
  const T = document.tokens.length;
  const lines: Cell[][] = [[...COLUMNS]];
  for (const [name, result] of Object.entries(document.kinds)) {
    if (!result) continue;
    const kind = name as TraceKind;
    const tokens = document.tokens.map(({ id, token }, t): Cell[] => [
      null,
      t,
      id,
      token,
      labels[t]!.isSubject,
    ]);
    const groups = result.groups.map((group): Cell[] => [group.name, group.rows.join(' '), null, null, null]);
    for (const [row, head] of [...tokens, ...groups].entries()) {
      for (let layer = 0; layer < result.effect[0]!.length; layer++) {
        const [begin, end] = layersRestored(question, kind, layer);
        const cell = cellAt(result, T, row, layer);
        const { restored, range, effect, interval, hatched } = cell;
        const p = document.metric === 'p' ? restored : cell.p;
        const isHatched = result.hatched ? hatched : null;
        lines.push([
          ...[kind, ...head, layer, `${begin}-${end - 1}`],
          ...[restored, range?.[0], range?.[1], effect, interval?.[0], interval?.[1], isHatched, p],
        ]);
      }
    }
  }
  return lines;
}

const GRAPH_COLUMNS = ['from', 'to', 'at', 'position', 'score', 'low', 'high', 'p', 'kl', 'kept'];

/** `at` is the position's index, `position` its label; both empty where nodes stand for all positions. */
function graphLines({ edges, positions }: Graph): Cell[][] {
  return [
    GRAPH_COLUMNS,
    ...edges.map(({ from, to, at, score, interval, p, kl, kept }): Cell[] => {
      const position = at === undefined ? null : positions?.[at];
      return [from, to, at, position, score, interval?.[0], interval?.[1], p, kl, kept];
    }),
  ];
}

/** What follows the axes; an axis of such a name is written with '_axis'. */
const STUDY_COLUMNS = ['value', 'low', 'high', 'text', 'unit', 'least', 'most', 'rule'];

function studyLines({ figures }: StudyDocument): Cell[][] {
  const names = [...new Set(figures.flatMap(({ axes }) => axes.map((axis) => axis.name)))];
  const head = names.map((name) => (['figure', ...STUDY_COLUMNS].includes(name) ? `${name}_axis` : name));
  const lines: Cell[][] = [['figure', ...head, ...STUDY_COLUMNS]];
  for (const { name, axes, values, intervals, ranges, rule, texts, unit } of figures) {
    values.forEach((value, cell) => {
      let rest = cell;
      const place = new Map<string, string>();
      for (const axis of [...axes].reverse()) {
        place.set(axis.name, axis.labels[rest % axis.labels.length]!);
        rest = Math.floor(rest / axis.labels.length);
      }
      const interval = intervals?.[cell];
      lines.push([
        name,
        ...names.map((axis) => place.get(axis)),
        value,
        interval?.[0],
        interval?.[1],
        texts?.[cell],
        unit,
        ranges?.[cell]?.[0],
        ranges?.[cell]?.[1],
        interval ? rule : null,
      ]);
    });
  }
  return lines;
}
