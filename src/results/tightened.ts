/** Extra draws of one number in words. */
import { LOOKS } from '../statistics/hedged';
import { askedOf } from './asked';
import { floorOf, levelOf } from './cell';
import type { Figure, ResultDocument, Tightened } from './document';
import { differenceText, intervalText, numberText, signed, valueText } from './format';
import type { Interval } from './parts';
import { drawsText } from './phrases';

/** Most draws of a tightened number. */
export const MOST_DRAWS = LOOKS.at(-1)!;

type Target = Tightened['at'];

/** A number's extra draws, if any. */
export function tightenedAt(document: ResultDocument, at: Target): Tightened | null {
  return document.tightened?.find((more) => isSame(more.at, at)) ?? null;
}

export function isSame(a: Target, b: Target): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.figure === b.figure && a.cell === b.cell;
}

/** The figure of a number; for a level the first that has it. */
function figureOf({ figures }: ResultDocument, at: Target): Figure | undefined {
  return figures.find((one) => (typeof at === 'string' ? levelOf(one, at) : one.name === at.figure));
}

/** Whether more draws can help: noise reaches the number, and the metric has an interval. */
export function canTighten(document: ResultDocument, at: Target): boolean {
  const figure = document.kind === 'causal-trace' ? figureOf(document, at) : undefined;
  const { n = MOST_DRAWS } = figure?.varies ?? {};
  return (
    n < MOST_DRAWS &&
    figure?.drawn === 'heatmap' &&
    figure.unit !== 'places' &&
    !isBeforeSubject(document, at)
  );
}

/** Before the subject, a causal model is unaffected by noise: the effect is 0. */
export function isBeforeSubject(document: ResultDocument, at: Target): boolean {
  const { subject, answerRow } = askedOf(document);
  return typeof at !== 'string' && answerRow === undefined && rowOf(document, at) < subject.begin;
}

function rowOf(document: ResultDocument, at: Exclude<Target, string>): number {
  return Math.floor(at.cell / (figureOf(document, at)?.axes.at(-1)?.labels.length ?? 1));
}

/** 'corrupted is 1.4 % [0.3, 4.1] after 300 draws; the 10 noise draws said 12 %' */
export function tightenedText(document: ResultDocument, { at, draws, mean, interval }: Tightened): string {
  const figure = figureOf(document, at)!;
  const after = `${intervalText(figure, interval)} after ${draws} draws, 95 % over the noise`;
  const said = `the ${drawsText(figure.varies?.n ?? null)} said`;
  if (typeof at === 'string') {
    const before = valueText(figure, levelOf(figure, at)!.value);
    return `${at} is ${valueText(figure, mean)} ${after}; ${said} ${before}`;
  }
  const [rows, layers] = figure.axes as [Figure['axes'][number], Figure['axes'][number]];
  const [row, layer] = [rowOf(document, at), at.cell % layers.labels.length];
  const before = (figure.values[at.cell] ?? 0) - (floorOf(figure)?.value ?? 0);
  return (
    `restoring the ${figure.title} of ${rows.labels[row]} in layer ${layers.labels[layer]} moves ` +
    `${figure.measures ?? figure.unit} by ${differenceText(figure, mean)} ${after}; ` +
    `${said} ${signed(before, (value) => numberText(figure, value))}`
  );
}

/** Half the interval's width. */
export function halfWidth([low, high]: Interval): number {
  return (high - low) / 2;
}
