/**
 * The rows of a picture over positions: the tokens of one prompt, or token roles over several
 * (ROME's rows). A role's positions are averaged within a prompt first.
 */
import { visibleToken } from '../../util/visible';
import type { FigureAxis } from '../../results/document';
import { answerRowOf, type StudyCase, type StudySpec } from './spec';

/** Meng et al. 2022, figure 2; a one-token subject has its own row. */
export const ROLES = [
  'start token',
  'before the subject',
  'subject (one token)',
  'first subject token',
  'middle subject tokens',
  'last subject token',
  'first token after the subject',
  'further tokens',
  'last token',
] as const;
export type Role = (typeof ROLES)[number];

/** Role of position t; without a subject all but the first and last tokens are 'further tokens'. */
export function roleOf({ tokens, subject }: StudyCase, bos: boolean, t: number): Role {
  if (bos && t === 0) return 'start token';
  if (subject && t >= subject.begin && t < subject.end) {
    if (subject.end - subject.begin === 1) return 'subject (one token)';
    if (t === subject.begin) return 'first subject token';
    return t === subject.end - 1 ? 'last subject token' : 'middle subject tokens';
  }
  if (t === tokens.length - 1) return 'last token';
  if (subject && t < subject.begin) return 'before the subject';
  return subject && t === subject.end ? 'first token after the subject' : 'further tokens';
}

export interface PositionRows {
  readonly axis: FigureAxis;
  /** Positions of case i in each row; empty if the prompt lacks the role. */
  positions(i: number): readonly (readonly number[])[];
}

export function positionRows(spec: StudySpec, decode: (id: number) => string): PositionRows {
  const [only, another] = spec.cases;
  if (!another) {
    const texts = only!.tokens.map((id, t) =>
      spec.bos && t === 0 && only!.answerRow === undefined ? '[BOS]' : visibleToken(decode(id)),
    );
    const counts = new Map<string, number>();
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    const labels = texts.map((text, t) => (counts.get(text)! > 1 ? `${text}_${t}` : text));
    return { axis: { name: 'position', labels }, positions: () => labels.map((_, t) => [t]) };
  }
  const found = new Set(spec.cases.flatMap((one) => one.tokens.map((_, t) => roleOf(one, spec.bos, t))));
  const roles = ROLES.filter((role) => found.has(role));
  return {
    axis: { name: 'token role', labels: [...roles] },
    positions(i) {
      const one = spec.cases[i]!;
      const own = one.tokens.map((_, t) => roleOf(one, spec.bos, t));
      return roles.map((role) => own.flatMap((other, t) => (other === role ? [t] : [])));
    },
  };
}

/** Rows that hold the answer's position in any of these cases. */
export function answeringRows(
  { cases }: StudySpec,
  { positions }: PositionRows,
  of: Iterable<number>,
): ReadonlySet<number> {
  const found = new Set<number>();
  for (const i of of)
    for (const [row, own] of positions(i).entries()) if (own.includes(answerRowOf(cases[i]!))) found.add(row);
  return found;
}
