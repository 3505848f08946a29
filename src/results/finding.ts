/** A trace in words, from its document alone; quotations in asterisks. */
import { percent, valueText } from './format';
import { answerPlace, answerRowOf, askedOf } from './asked';
import type { Figure, ResultDocument } from './document';
import type { Metric } from './parts';
import {
  beyondTheseDraws,
  corruptedText,
  evidence,
  fromTo,
  measured,
  quote,
  restoring,
  titleOf,
} from './phrases';
import { subjectText } from './tokens';
import { cellAt, readTrace, TRACE_KINDS, type TraceCell, type TraceKind, type TraceRead } from './traceMap';
import { typedNote } from './typed';
import { wordOf } from '../util/visible';
import { capitalised } from '../util/capitalised';

export type TraceWords = Pick<ResultDocument, 'title' | 'warning' | 'finding' | 'notes'>;

export function traceWords(document: ResultDocument): TraceWords {
  const [first, ...others] = TRACE_KINDS.flatMap((kind) => readTrace(document, kind) ?? []);
  const warning = knownNote(document);
  const common = { title: titleOf(document), ...(warning !== null && { warning }) };
  if (!first) return { ...common, finding: 'Nothing has been traced yet.', notes: [] };
  const main = sentenceOf(first);
  const details = main.cell && [
    typedNote(document),
    main.cell.overNoise && beyondTheseDraws(main.cell.overNoise),
    first.kind === 'hidden' && groupSentence(first),
    ...others.map((read) => sentenceOf(read).sentence),
    first.kind === 'hidden' && arrivalSentence(first),
  ];
  const notes = [...(details ?? [typedNote(document)]), settingOf(first), worthOf(first)];
  return { ...common, finding: main.sentence, notes: notes.filter((note) => typeof note === 'string') };
}

/** Adds the words to a trace; existing notes come last. */
export function withWords(document: ResultDocument): ResultDocument {
  const words = traceWords(document);
  return { ...document, ...words, notes: [...words.notes, ...document.notes] };
}

/** The cell named by the finding, if any. */
export function namedCell(document: ResultDocument): { figure: TraceKind; cell: number } | null {
  for (const figure of TRACE_KINDS) {
    const map = document.figures.find(({ name }) => name === figure);
    if (map) return map.peak ? { figure, cell: map.peak.cell } : null;
  }
  return null;
}

/** Smaller losses are noise: no shares of them. */
const SMALLEST_LOSS: Record<Metric, number> = { p: 0.01, logprob: 0.05, 'logit-diff': 0.05, rank: 0.5 };

/** The corruption took nothing away that could come back. */
export function isNothingLost({ asked, lost }: TraceRead): boolean {
  const metric = asked.metric as Metric;
  // Smaller ranks are better.
  return (metric === 'rank' ? -lost : lost) < SMALLEST_LOSS[metric];
}

const STATE = { hidden: 'hidden state', mlp: 'group of MLP outputs', attn: 'group of attention outputs' };

/** The largest cell in one sentence; `cell` is null if there was nothing to restore. */
function sentenceOf(read: TraceRead): { sentence: string; cell: TraceCell | null } {
  const { document, asked, kind, figure, corrupted, clean } = read;
  if (isNothingLost(read)) return { sentence: nothingLost(read), cell: null };
  if (!figure.peak) return { sentence: 'Nothing has been traced yet.', cell: null };
  const L = figure.axes[1]!.labels.length;
  const cell = cellAt(read, Math.floor(figure.peak.cell / L), figure.peak.cell % L);
  const [low, high] = cell.overNoise?.interval ?? [1, 1];
  const isOpen = cell.uncertain || (low <= 0 && high >= 0);
  const what = measured({ ...document, asked });
  const values = `${fromTo(figure, corrupted.value, cell.value)} ${evidence(read, cell)}`;
  if (cell.difference * (clean - corrupted.value) <= 0 || isOpen) {
    const sentence =
      `No single ${STATE[kind]} is shown to bring ${quote(wordOf(document.answer!.token))} back: the largest effect is that ` +
      `${restoring(read, cell)} takes ${what} ${values}.`;
    return { sentence, cell };
  }
  const verb = cell.difference > 0 ? 'raises' : 'lowers';
  return { sentence: capitalised(`${restoring(read, cell)} ${verb} ${what} ${values}.`), cell };
}

function nothingLost({ document, asked, figure, clean, corrupted }: TraceRead): string {
  const verb = asked.metric === 'rank' ? 'raise' : 'lower';
  return (
    `Corrupting ${quote(subjectText(document))} does not ${verb} ${measured({ ...document, asked })} ` +
    `(${fromTo(figure, clean, corrupted.value)}), so there is nothing to restore.`
  );
}

/** The group's strongest layer: pieces of a name are often sufficient only together. */
function groupSentence(read: TraceRead): string | null {
  const { document, asked, figure, corrupted, lost } = read;
  const [rows, layers] = figure.axes as [Figure['axes'][number], Figure['axes'][number]];
  const group = rows.groups?.findIndex((positions) => positions.length > 1) ?? -1;
  if (group < 0) return null;
  const row = document.tokens.length + group;
  const best = layers.labels
    .map((_, layer) => cellAt(read, row, layer))
    .reduce((a, b) => (b.difference * Math.sign(lost) > a.difference * Math.sign(lost) ? b : a));
  if (best.difference * lost <= 0) return null;
  const whole = rows.labels[row] === 'whole subject' ? quote(subjectText(document)) : 'the prompt';
  return (
    `Restoring all of ${whole} together after block ${best.layer} ` +
    `${best.difference > 0 ? 'raises' : 'lowers'} ${measured({ ...document, asked })} ` +
    `${fromTo(figure, corrupted.value, best.value)} ${evidence(read, best)}.`
  );
}

/** 'Restoring the last token alone brings back more than half of what was lost from block 3 on.' */
function arrivalSentence(read: TraceRead): string | null {
  const { asked, figure, lost } = read;
  const atLast = figure.axes[1]!.labels.map((_, layer) => cellAt(read, answerRowOf(asked), layer));
  const lastBelow = atLast.findLastIndex(({ difference }) => difference / lost <= 0.5);
  if (lastBelow === atLast.length - 1) return null;
  return `Restoring the ${answerPlace(asked)} token alone brings back more than half of what was lost from block ${lastBelow + 1} on.`;
}

/** Levels and corruption in one line. */
function settingOf(read: TraceRead): string {
  const { document, asked, figure, clean } = read;
  const { corruption } = asked;
  const how =
    corruption.type === 'noise'
      ? `noise ${corruption.rule} on the subject, seed ${corruption.seed}`
      : 'the tokens of another prompt';
  const { token, p } = document.predicted!;
  const what = figure.measures!;
  return (
    `The model says “${wordOf(token)}” (${percent(p)}). ${/^(p|log p)\(/.test(what) ? what : capitalised(what)}: ` +
    `${valueText(figure, clean)} clean, corrupted ${corruptedText(read)}, by ${how}.`
  );
}

/** A caveat on ROME mode's draws. */
function worthOf({ asked, figure, draws }: TraceRead): string | null {
  if (draws === null || draws === 1 || asked.metric !== 'p' || figure.rule !== undefined) return null;
  return (
    `${draws} draws show what this noise did. They cannot bound the mean over all noise: p is nearly always about 0 with ` +
    'rare large draws. Tighten a number for that.'
  );
}

/** Shown above the picture if the model does not know the answer; else null. */
function knownNote(document: ResultDocument): string | null {
  const { known, predicted, answer } = document;
  if (known || !predicted || !answer) return null;
  const said = quote(wordOf(predicted.token));
  const isClass = askedOf(document).outcomes;
  if (predicted.id === answer.id) {
    const unsure = isClass ? 'is not sure of this class' : 'does not know this for sure';
    return `The model ${unsure}: it says ${said}, but with ${percent(predicted.p)} only.`;
  }
  const other = isClass ? 'answers with another class' : 'does not know this';
  return (
    `The model ${other}: it says ${said} (${percent(predicted.p)}), ` +
    `and gives ${quote(wordOf(answer.token))} ${percent(answer.p)}.`
  );
}
