/**
 * Tokens that cannot have an effect: in a decoder, what comes before the first changed token is the
 * same in the clean and in the corrupted run, so a state moved between the two changes nothing.
 */
import { promptIn } from './asked';
import type { Figure, ResultDocument } from './document';

export interface Unreached {
  /** The first rows of the figure. */
  readonly count: number;
  /** 'before the subject' */
  readonly where: string;
}

/** Families whose tokens see later ones. */
const ENCODER = /bert/;
/** Experiments that move states between the clean and the corrupted run. */
const MOVES: ReadonlySet<string> = new Set(['causal-trace', 'activation-patching']);
/** Numbers of a link are rounded to this share of a figure's range, or finer. */
const ROUNDED = 1 / 128;

/** Null: none, or nothing proves it. */
export function unreachedRows(document: ResultDocument, figure: Figure): Unreached | null {
  const { down, columns } = shapeOf(figure);
  const first = firstChanged(document);
  if (!first || down?.name !== 'position' || down.labels.length < document.tokens.length) return null;
  // What was measured must agree.
  const rows = down.labels.length;
  const { values } = figure;
  const known = values.filter((value) => value !== null);
  const range = known.reduce((most, value) => Math.max(most, Math.abs(value - known[0]!)), 0);
  const isAlike = values.every((value, cell) => {
    const row = Math.floor(cell / columns) % rows;
    return row >= first.count || (value !== null && Math.abs(value - values[0]!) <= range * ROUNDED);
  });
  return isAlike ? first : null;
}

const shapeOf = ({ axes }: Figure) => ({ down: axes.at(-2), columns: axes.at(-1)!.labels.length });

function firstChanged(document: ResultDocument): Unreached | null {
  const { kind, model } = document;
  if (!MOVES.has(kind) || model.family === undefined || ENCODER.test(model.family)) return null;
  const asked = promptIn(document);
  if (!asked || asked.cases > 1) return null;
  const { corrupted, subject, tokens } = asked;
  if (corrupted) {
    const count = tokens.findIndex((id, at) => id !== corrupted.tokens[at]);
    return count < 1 ? null : { count, where: 'before the first change' };
  }
  return subject && subject.begin > 0 ? { count: subject.begin, where: 'before the subject' } : null;
}
