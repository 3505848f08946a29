/**
 * Document -> CSV (RFC 4180), full precision. A trace: one row per kind x token x layer, then per kind x group x layer.
 * A study: one row per cell of each figure, with a column per axis (tidy, long). A graph: one row per edge.
 */
import { askedOf, layersRestored } from './asked';
import { type Interval, isTrace, type ResultDocument, type TraceDocument, type TraceKind } from './document';
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
  'effect',
  'effect_low',
  'effect_high',
  'p',
] as const;

type Cell = string | number | boolean | null | undefined;

/** Lines end with CR LF; an absent value is an empty field; `layers_restored` is 'first-last'. */
export function documentToCsv(document: ResultDocument): string {
  const lines = linesOf(document);
  return lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

function linesOf(document: ResultDocument): Cell[][] {
  if (isTrace(document)) return traceLines(document);
  return document.graph ? graphLines(document.graph) : studyLines(document);
}

function traceLines(document: TraceDocument): Cell[][] {
  const question = askedOf(document);
  const labels = tokenLabels(document);
  const lines: Cell[][] = [[...COLUMNS]];
  for (const [name, result] of Object.entries(document.kinds)) {
    if (!result) continue;
    const kind = name as TraceKind;
    const layers = (layer: number) => {
      const [begin, end] = layersRestored(question, kind, layer);
      return `${begin}-${end - 1}`;
    };
    const tail = (restored: number, effect: number, interval: Interval | null, p: number | undefined) => [
      restored,
      effect,
      interval?.[0],
      interval?.[1],
      p,
    ];
    document.tokens.forEach(({ id, token }, t) => {
      result.effect[t]!.forEach((effect, l) => {
        const p = document.metric === 'p' ? result.restored[t]![l]! : result.p?.[t]?.[l];
        const head = [kind, null, t, id, token, labels[t]!.isSubject, l, layers(l)];
        lines.push([...head, ...tail(result.restored[t]![l]!, effect, result.interval[t]![l]!, p)]);
      });
    });
    for (const group of result.groups) {
      group.effect.forEach((effect, l) => {
        const p = document.metric === 'p' ? group.restored[l] : undefined;
        const head = [kind, group.name, group.rows.join(' '), null, null, null, l, layers(l)];
        lines.push([...head, ...tail(group.restored[l]!, effect, group.interval[l]!, p)]);
      });
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
      const place: Record<string, string> = {};
      for (const axis of [...axes].reverse()) {
        place[axis.name] = axis.labels[rest % axis.labels.length]!;
        rest = Math.floor(rest / axis.labels.length);
      }
      const interval = intervals?.[cell];
      lines.push([
        name,
        ...names.map((axis) => place[axis]),
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

/** A field with a quote, comma or line break is quoted, its quotes doubled; so is one with outer spaces. */
function field(value: Cell): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
