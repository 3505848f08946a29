/** What more draws of one number have shown, in words. */
import { LOOKS } from '../util/hedged';
import { askedOf } from './asked';
import { cellAt } from './cell';
import { drawsText } from './certainty';
import type { Interval, Tightened, TraceDocument } from './document';
import { cellValue, differenceUnit, intervalText, metricValue, signed } from './format';
import { measured } from './phrases';
import { tokenLabels } from './tokens';

/** Draws that a number is tightened with at most. */
export const MOST_DRAWS = LOOKS.at(-1)!;

const PARTS = { hidden: 'hidden state', mlp: 'MLP output', attn: 'attention output' };

/** The entry for a number, if more was drawn for it. */
export function tightenedAt(document: TraceDocument, at: Tightened['at']): Tightened | null {
  return document.tightened?.find((more) => isSame(more.at, at)) ?? null;
}

export function isSame(a: Tightened['at'], b: Tightened['at']): boolean {
  if (a === 'corrupted' || b === 'corrupted') return a === b;
  return a.kind === b.kind && a.row === b.row && a.layer === b.layer;
}

/** More draws can say more: noise varies, it reaches the number, and the metric has an interval. */
export function canTighten(document: TraceDocument, at: Tightened['at']): boolean {
  const { intervals, metric } = document;
  const isOpen = intervals.varies === 'noise' && metric !== 'rank' && intervals.draws < MOST_DRAWS;
  return isOpen && !isBeforeSubject(document, at);
}

/** What a causal model computes before the subject is the same with any noise: the effect is 0 there. */
export function isBeforeSubject(document: TraceDocument, at: Tightened['at']): boolean {
  const { subject, answerRow } = askedOf(document);
  return at !== 'corrupted' && answerRow === undefined && at.row < subject.begin;
}

/** 'corrupted is 1.4 % [0.3, 4.1] after 300 draws; the 10 noise draws said 12 %' */
export function tightenedText(document: TraceDocument, { at, draws, mean, interval }: Tightened): string {
  const { metric, corrupted, intervals } = document;
  const after = `${intervalText(metric, interval)} after ${draws} draws, 95 % over the noise`;
  const said = `the ${drawsText(intervals)} said`;
  if (at === 'corrupted') {
    return `corrupted is ${metricValue(metric, mean)} ${after}; ${said} ${metricValue(metric, corrupted.metric)}`;
  }
  const change = (effect: number) => signed(effect, (x) => cellValue(metric, x));
  const what = measured(document)
    .map(({ text }) => text)
    .join('');
  const { effect } = cellAt(document.kinds[at.kind]!, document.tokens.length, at.row, at.layer);
  return (
    `${placeName(document, at)} moves ${what} by ${change(mean)} ${differenceUnit(metric)} ${after}; ` +
    `${said} ${change(effect)}`
  );
}

/** How far the interval reaches, both ways: half its width. */
export function halfWidth([low, high]: Interval): number {
  return (high - low) / 2;
}

function placeName(document: TraceDocument, at: Exclude<Tightened['at'], 'corrupted'>): string {
  const { tokens, kinds } = document;
  const group = kinds[at.kind]?.groups[at.row - tokens.length];
  const row = group ? `whole ${group.name}` : tokenLabels(document)[at.row]!.label;
  return `restoring the ${PARTS[at.kind]} of ${row} in layer ${at.layer}`;
}
