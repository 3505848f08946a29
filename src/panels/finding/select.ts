/** The finding in words: the document's own sentence, then one line for the whole subject and per further kind. */
import { corruptedText } from '../../results/certainty';
import type { TraceDocument } from '../../results/document';
import { finding } from '../../results/finding';
import { metricValue, percent } from '../../results/format';
import { evidence, fromTo, measured, type Piece, quote, say } from '../../results/phrases';
import { subjectText } from '../../results/tokens';
import { wordOf } from '../../util/visible';
import { typedNote } from '../../results/typed';
import { metricTitle } from '../metric';
import { drawnQuestion } from '../question';

export interface FindingView {
  readonly sentence: readonly Piece[];
  readonly details: readonly (readonly Piece[])[];
  /** Present when the model does not know the fact. */
  readonly unknown: readonly Piece[] | null;
  /** Levels and corruption, in one line. */
  readonly setting: string;
}

export function selectFinding(document: TraceDocument): FindingView {
  const main = finding(document);
  const isTraced = main.verdict === 'clear' || main.verdict === 'unclear';
  const typed = typedNote(document);
  const details: (readonly Piece[])[] = typed === null ? [] : [[say(typed)]];
  if (isTraced) {
    if (main.overNoise !== null) details.push([say(main.overNoise)]);
    const group = groupSentence(document);
    if (group) details.push(group);
    for (const kind of ['mlp', 'attn'] as const) {
      const result = document.kinds[kind];
      if (result && main.cell?.kind !== kind)
        details.push(finding({ ...document, kinds: { [kind]: result } }).pieces);
    }
    if (main.arrival) details.push([say(main.arrival)]);
  }
  return {
    sentence: main.pieces,
    details,
    unknown: main.knownNote === null ? null : piecesOf(main.knownNote),
    setting: setting(document),
  };
}

/** Title of a finding in lists: 'France → Paris'. */
export function findingTitle(document: TraceDocument): string {
  return `${subjectText(document)} → ${wordOf(document.answer.token)}`;
}

/** The group's strongest layer: pieces of a name are often only sufficient together. */
function groupSentence(document: TraceDocument): Piece[] | null {
  const group = document.kinds.hidden?.groups.find(({ rows }) => rows.length > 1);
  if (!group) return null;
  const towards = Math.sign(document.clean.metric - document.corrupted.metric);
  const layer = group.effect.reduce(
    (best, effect, at) => (effect * towards > group.effect[best]! * towards ? at : best),
    0,
  );
  const effect = group.effect[layer]!;
  if (effect * towards <= 0) return null;
  const cell = { effect, range: group.range?.[layer] ?? null, overNoise: null };
  return [
    say('Restoring all of '),
    quote(group.name === 'subject' ? subjectText(document) : group.name),
    say(` together after block ${layer} ${effect > 0 ? 'raises' : 'lowers'} `),
    ...measured(document),
    say(
      ` ${fromTo(document, document.corrupted.metric, group.restored[layer]!)} ${evidence(document, cell)}.`,
    ),
  ];
}

function setting(document: TraceDocument): string {
  const { corruption } = drawnQuestion(document);
  const how =
    corruption.type === 'noise'
      ? `noise ${corruption.rule} on the subject, seed ${corruption.seed}`
      : 'the tokens of another prompt';
  const { metric, clean, predicted } = document;
  return (
    `The model says “${wordOf(predicted.token)}” (${percent(predicted.p)}). ${capitalised(metricTitle(document))}: ` +
    `${metricValue(metric, clean.metric)} clean, corrupted ${corruptedText(document)}, by ${how}.`
  );
}

/** 'says *Lyon*' -> pieces. */
function piecesOf(sentence: string): Piece[] {
  return sentence.split('*').map((text, at) => (at % 2 === 1 ? quote(text) : say(text)));
}

function capitalised(text: string): string {
  return /^(p|log p)\(/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
