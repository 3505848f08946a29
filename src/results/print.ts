/** A document for the terminal: the finding, then one heatmap per kind, tokens x layers. */
import { aligned } from './aligned';
import { cellAt } from './cell';
import { corruptedText, hatchingRule, worthOf } from './certainty';
import type { KindResult, TraceDocument, TraceKind } from './document';
import { finding } from './finding';
import { cellValue, differenceUnit, metricValue, percent, plain, plainText } from './format';
import { tightenedText } from './tightened';
import { typedNote } from './typed';
import { visible, wordOf } from '../util/visible';
import { tokenLabels } from './tokens';

const TITLES: Record<TraceKind, string> = {
  hidden: 'hidden states, restored after block',
  mlp: 'MLP outputs, restored in a window around block',
  attn: 'attention outputs, restored in a window around block',
};

/** Shares of the largest effect of all kinds, from nothing to everything. */
const SHADES = [' ', '░', '▒', '▓', '█'];

/** Several lines without a final line break; plain spaces and hyphens, no colours. */
export function printDocument(document: TraceDocument): string {
  const { sentence, overNoise, arrival, knownNote } = finding(document);
  const kinds = Object.entries(document.kinds).filter(([, result]) => result) as [TraceKind, KindResult][];
  const largest = kinds
    .flatMap(([, { effect }]) => effect.flat())
    .reduce((most, effect) => Math.max(most, Math.abs(effect)), 0);
  const text = [
    [knownNote, sentence, typedNote(document), overNoise, arrival]
      .flatMap((line) => (line ? visible(line) : []))
      .join('\n'),
    levels(document),
    ...kinds.map(([kind, result]) => heatmap(document, kind, result, largest)),
    legend(document),
  ].join('\n\n');
  return plainText(text);
}

function levels(document: TraceDocument): string {
  const { metric, clean, corrupted, model, predicted, tightened = [] } = document;
  const p = (value: { p: number }) => (metric === 'p' ? '' : ` (p ${percent(value.p)})`);
  return [
    `model      ${model.title} (${model.id}, ${model.revision}), says '${wordOf(predicted.token)}' ${percent(predicted.p)}`,
    `answer     '${wordOf(document.answer.token)}', metric ${metric}`,
    `clean      ${metricValue(metric, clean.metric)}${p(clean)}`,
    `corrupted  ${corruptedText(document)}${p(corrupted)}`,
    ...tightened.map((more) => `tightened  ${tightenedText(document, more)}`),
  ]
    .map(visible)
    .join('\n');
}

function heatmap(document: TraceDocument, kind: TraceKind, result: KindResult, largest: number): string {
  const { metric, tokens } = document;
  const layers = [...(result.effect[0]?.keys() ?? [])];
  const names = tokenLabels(document).map(({ label, isSubject }) => `${label}${isSubject ? '*' : ''}`);
  const scale = metric === 'p' ? 100 : 1;
  const decimals = largest === 0 ? 0 : Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(largest * scale))));
  const cell = (row: number, layer: number): string => {
    const { effect, hatched } = cellAt(result, tokens.length, row, layer);
    const shade = largest === 0 ? 0 : Math.round((Math.abs(effect) / largest) * (SHADES.length - 1));
    // From the digits that are shown elsewhere, so that a result that came by link prints the same.
    const shown = Number(plainText(cellValue(metric, effect)).replaceAll(',', ''));
    const value = effect === 0 ? '0' : shown.toFixed(decimals).replace(/^-(0\.?0*)$/, '$1');
    return `${hatched ? '~' : ''}${value}${SHADES[shade]}`;
  };
  const all = [...names, ...result.groups.map(({ name }) => `(${name})`)];
  const rows = all.map((name, row) => [name, ...layers.map((layer) => cell(row, layer))]);
  const header = ['', ...layers.map((layer) => `${layer} `)];
  return [`${TITLES[kind]} (effect in ${differenceUnit(metric)})`, ...aligned([header, ...rows])].join('\n');
}

function legend(document: TraceDocument): string {
  const { adapter, engine, execution, seconds } = document.environment;
  const { dispatches, submits, readbacks, flops, naiveFlops } = document.counters;
  const giga = (operations: number) => plain(operations / 1e9);
  return [
    '* subject   (name) tokens restored together   ~ hatched   · leading space',
    hatchingRule(document),
    ...[worthOf(document), ...(document.intervals.notes ?? [])].filter((note) => note !== null),
    `effect = restored - corrupted; computed on ${adapter} (${engine}, ${execution}) in ${seconds.toFixed(1)} s`,
    `${dispatches} dispatches, ${submits} submits, ${readbacks} readbacks, ${giga(flops)} GFLOP (naive: ${giga(naiveFlops)})`,
  ]
    .map(visible)
    .join('\n');
}
