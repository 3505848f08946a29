/** A finding as a sentence, generated from the document alone; wording: SEMANTICS 3. */
import { answerPlace, answerRowOf, askedOf } from './asked';
import { beyondTheseDraws } from './certainty';
import type { Metric, TraceDocument } from './document';
import { metricValue, percent } from './format';
import { type FoundCell, foundCell } from './peak';
import { evidence, fromTo, measured, type Piece, quote, restoring, say } from './phrases';
import { subjectText } from './tokens';
import { wordOf } from '../util/visible';

export interface Finding {
  /** Whole sentence, quotations between asterisks. */
  readonly sentence: string;
  /** The same sentence in parts, for a page that sets quotations in italics. */
  readonly pieces: readonly Piece[];
  /** The cell that it is about; null if nothing was lost or nothing traced. */
  readonly cell: FoundCell | null;
  /** 'unclear': no effect is shown in the named cell, or it goes the wrong way. */
  readonly verdict: 'clear' | 'unclear' | 'nothing lost' | 'nothing traced';
  /** What other noise would give in that cell; null where the draws do not say. */
  readonly overNoise: string | null;
  /** A second sentence: from which block on the last token alone carries the answer; null if not traced. */
  readonly arrival: string | null;
  /** To be shown above the picture: the model does not know this; null if it does. */
  readonly knownNote: string | null;
}

/** Losses smaller than this are no loss: a share of them would be noise. */
const SMALLEST_LOSS: Record<Metric, number> = { p: 0.01, logprob: 0.05, 'logit-diff': 0.05, rank: 0.5 };

const STATE = { hidden: 'hidden state', mlp: 'group of MLP outputs', attn: 'group of attention outputs' };

export function finding(document: TraceDocument): Finding {
  const { pieces, cell, verdict } = mainSentence(document);
  return {
    sentence: pieces.map(({ text, emphasis }) => (emphasis ? `*${text}*` : text)).join(''),
    pieces,
    cell,
    verdict,
    overNoise: cell && beyondTheseDraws(cell),
    arrival: verdict === 'clear' || verdict === 'unclear' ? arrivalSentence(document) : null,
    knownNote: knownNote(document),
  };
}

function mainSentence(document: TraceDocument): Pick<Finding, 'pieces' | 'cell' | 'verdict'> {
  const cell = foundCell(document);
  if (!cell) return { pieces: [say('Nothing has been traced yet.')], cell, verdict: 'nothing traced' };
  const { clean, corrupted } = document;
  if (lost(document) < SMALLEST_LOSS[document.metric]) {
    return { pieces: nothingLost(document), cell: null, verdict: 'nothing lost' };
  }
  const isRight = cell.effect * (clean.metric - corrupted.metric) > 0;
  const [low, high] = cell.overNoise?.interval ?? [1, 1];
  const isOpen = cell.hatched || (low <= 0 && high >= 0);
  const values = `${fromTo(document, corrupted.metric, cell.restored)} ${evidence(document, cell)}`;
  if (!isRight || isOpen) {
    const pieces = [
      say(`No single ${STATE[cell.kind]} is shown to bring `),
      quote(wordOf(document.answer.token)),
      say(' back: the largest effect is that '),
      ...restoring(document, cell),
      say(' takes '),
      ...measured(document),
      say(` ${values}.`),
    ];
    return { pieces, cell, verdict: 'unclear' };
  }
  const verb = cell.effect > 0 ? ' raises ' : ' lowers ';
  const pieces = [...restoring(document, cell), say(verb), ...measured(document), say(` ${values}.`)];
  return { pieces: capitalised(pieces), cell, verdict: 'clear' };
}

function nothingLost(document: TraceDocument): Piece[] {
  return [
    say('Corrupting '),
    quote(subjectText(document)),
    say(document.metric === 'rank' ? ' does not raise ' : ' does not lower '),
    ...measured(document),
    say(
      ` (${fromTo(document, document.clean.metric, document.corrupted.metric)}), so there is nothing to restore.`,
    ),
  ];
}

/** How much worse the corrupted run is; a rank is better when smaller. */
function lost({ metric, clean, corrupted }: TraceDocument): number {
  const loss = clean.metric - corrupted.metric;
  return metric === 'rank' ? -loss : loss;
}

/** 'Restoring the last token alone brings back more than half of what was lost from block 3 on.' */
function arrivalSentence(document: TraceDocument): string | null {
  const asked = askedOf(document);
  const atLast = document.kinds.hidden?.effect[answerRowOf(asked)];
  if (!atLast) return null;
  const loss = document.clean.metric - document.corrupted.metric;
  const lastBelow = atLast.findLastIndex((effect) => effect / loss <= 0.5);
  if (lastBelow === atLast.length - 1) return null;
  return `Restoring the ${answerPlace(asked)} token alone brings back more than half of what was lost from block ${lastBelow + 1} on.`;
}

function knownNote(document: TraceDocument): string | null {
  const { known, predicted, answer, clean } = document;
  if (known) return null;
  const said = `*${wordOf(predicted.token)}*`;
  const isClass = askedOf(document).outcomes;
  if (predicted.id === answer.id) {
    const unsure = isClass ? 'is not sure of this class' : 'does not know this for sure';
    return `The model ${unsure}: it says ${said}, but with ${percent(predicted.p)} only.`;
  }
  const other = isClass ? 'answers with another class' : 'does not know this';
  return (
    `The model ${other}: it says ${said} (${percent(predicted.p)}), ` +
    `and gives *${wordOf(answer.token)}* ${metricValue('p', clean.p)}.`
  );
}

function capitalised([first, ...rest]: Piece[]): Piece[] {
  return [{ ...first!, text: first!.text.charAt(0).toUpperCase() + first!.text.slice(1) }, ...rest];
}
