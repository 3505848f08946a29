/** A document for the terminal: the finding, then one heatmap per kind, tokens x layers. */
import { askedOf, drawsOf } from './asked';
import type { Interval, KindResult, TraceDocument, TraceKind } from './document';
import { aligned } from './aligned';
import { finding } from './finding';
import { cellValue, differenceUnit, metricValue, percent, plain, plainText } from './format';
import { typedNote } from './typed';
import { tokenLabels, wordOf } from './tokens';

const TITLES: Record<TraceKind, string> = {
  hidden: 'hidden states, restored after block',
  mlp: 'MLP outputs, restored in a window around block',
  attn: 'attention outputs, restored in a window around block',
};

/** Shares of the largest effect of all kinds, from nothing to everything. */
const SHADES = [' ', '░', '▒', '▓', '█'];

/** Several lines without a final line break; plain spaces and hyphens, no colours. */
export function printDocument(document: TraceDocument): string {
  const { sentence, arrival, knownNote } = finding(document);
  const kinds = Object.entries(document.kinds).filter(([, result]) => result) as [TraceKind, KindResult][];
  const largest = Math.max(...kinds.flatMap(([, { effect }]) => effect.flat().map(Math.abs)), 0);
  const text = [
    [knownNote, sentence, typedNote(document), arrival].filter(Boolean).join('\n'),
    levels(document),
    ...kinds.map(([kind, result]) => heatmap(document, kind, result, largest)),
    legend(document),
  ].join('\n\n');
  return plainText(text);
}

function levels(document: TraceDocument): string {
  const { metric, clean, corrupted, model, predicted } = document;
  const draws = drawsOf(askedOf(document));
  const show = (value: { metric: number; p: number }) =>
    metric === 'p' ? percent(value.p) : `${metricValue(metric, value.metric)} (p ${percent(value.p)})`;
  return [
    `model      ${model.title} (${model.id}, ${model.revision}), says '${wordOf(predicted.token)}' ${percent(predicted.p)}`,
    `answer     '${wordOf(document.answer.token)}', metric ${metric}`,
    `clean      ${show(clean)}`,
    `corrupted  ${show(corrupted)}${draws === null ? '' : `, mean of ${draws} noise draw${draws === 1 ? '' : 's'}`}`,
  ].join('\n');
}

function heatmap(document: TraceDocument, kind: TraceKind, result: KindResult, largest: number): string {
  const L = result.effect[0]?.length ?? 0;
  const names = tokenLabels(document).map(({ label, isSubject }) => `${label}${isSubject ? '*' : ''}`);
  const scale = document.metric === 'p' ? 100 : 1;
  const decimals = largest === 0 ? 0 : Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(largest * scale))));
  const cell = (effect: number, interval: Interval | null): string => {
    const unclear = interval !== null && interval[0] <= 0 && interval[1] >= 0 && effect !== 0;
    const shade = largest === 0 ? 0 : Math.round((Math.abs(effect) / largest) * (SHADES.length - 1));
    // From the digits that are shown elsewhere, so that a result that came by link prints the same.
    const shown = Number(plainText(cellValue(document.metric, effect)).replaceAll(',', ''));
    const value = effect === 0 ? '0' : shown.toFixed(decimals).replace(/^-(0\.?0*)$/, '$1');
    return `${unclear ? '~' : ''}${value}${SHADES[shade]}`;
  };
  const rows = [
    ...names.map((name, t) => [name, ...result.effect[t]!.map((x, l) => cell(x, result.interval[t]![l]!))]),
    ...result.groups.map((group) => [
      `(${group.name})`,
      ...group.effect.map((x, l) => cell(x, group.interval[l]!)),
    ]),
  ];
  const header = ['', ...Array.from({ length: L }, (_, l) => `${l} `)];
  return [
    `${TITLES[kind]} (effect in ${differenceUnit(document.metric)})`,
    ...aligned([header, ...rows]),
  ].join('\n');
}

function legend(document: TraceDocument): string {
  const { adapter, engine, execution, seconds } = document.environment;
  const { dispatches, submits, readbacks, flops, naiveFlops } = document.counters;
  const giga = (operations: number) => plain(operations / 1e9);
  return [
    "* subject   (name) tokens restored together   ~ the effect's 95 % interval includes 0   · leading space",
    `effect = restored - corrupted; computed on ${adapter} (${engine}, ${execution}) in ${seconds.toFixed(1)} s`,
    `${dispatches} dispatches, ${submits} submits, ${readbacks} readbacks, ${giga(flops)} GFLOP (naive: ${giga(naiveFlops)})`,
  ].join('\n');
}
