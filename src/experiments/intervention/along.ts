/**
 * What edits along directions of the unembedding do, in numbers, and their random controls.
 *
 * A swap of two vectors V = [a, b] exchanges a state's coordinates c = V+ x (TransformerLens's
 * `swap_hooks`, strength alpha): x + alpha V (P - I) V+ x. That is x + alpha (r.x) (b - a), with r
 * the first row of V+ minus the second: a projection that reads r and moves along b - a.
 */
import type { EditOp, EditSource } from '../../forward/request/types';
import { dot } from '../../util/dot';
import { lengthOf, randomDirection, scaledTo } from '../common/directions';
import { type DirectedEdit, directionOf } from './unembedding';

/** An edit's two tokens' vectors [D]; null: no second token. */
export interface Vectors {
  readonly to: readonly number[];
  readonly from: readonly number[] | null;
}

/** The parts of a table's row that a direction gives. */
export interface Along {
  readonly op: EditOp;
  readonly source: Extract<EditSource, { kind: 'vector' }>;
  /** What x moves along, if it is not the source. */
  readonly direction?: readonly number[];
}

/** By edit; null for edits without a direction of the unembedding. */
export type Directions = readonly (Along | null)[];

const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((x, d) => x - b[d]!);

const vector = (values: readonly number[]) => ({ kind: 'vector', values }) as const;

export function alongOf(edit: DirectedEdit, { to, from }: Vectors): Along {
  if (edit.op === 'swap') return swapped(to, from!, edit.alpha ?? 1);
  const { length } = directionOf(edit)!;
  const whole = from ? minus(to, from) : to;
  const values = length === undefined || lengthOf(whole) === 0 ? whole : scaledTo(whole, length);
  return { op: edit.op as EditOp, source: vector(values) };
}

/** Throws one sentence if the vectors are parallel: their coordinates are not determined. */
function swapped(a: readonly number[], b: readonly number[], alpha: number): Along {
  const [aa, ab, bb] = [dot(a, a), dot(a, b), dot(b, b)];
  const determinant = aa * bb - ab * ab;
  if (!(determinant > 1e-9 * aa * bb))
    throw new Error(
      `intervention: swap: vectors are parallel, got a cosine of ${(ab / Math.sqrt(aa * bb)).toPrecision(7)}, expected two directions. Swap other tokens.`,
    );
  const read = a.map((x, d) => ((bb + ab) * x - (aa + ab) * b[d]!) / determinant);
  const norm = dot(read, read);
  const direction = minus(a, b).map((x) => alpha * norm * x);
  return { op: 'project_out', source: vector(read), direction };
}

/** Whether the size of what an edit changes depends on the state. */
export const isRead = ({ op }: { readonly op: string }): boolean => op === 'project_out' || op === 'swap';

/**
 * `random`: the same edit along random vectors of the same lengths. `sized`: a change of the same
 * size as the edit's own, in every row, in a random direction.
 */
export type Control = 'random' | 'sized';

interface Drawing {
  readonly seed: number;
  readonly draw: number;
}

/** The edits with random numbers for their directions. */
export function controlled(
  edits: readonly DirectedEdit[],
  vectors: readonly (Vectors | null)[],
  kind: Control,
  { seed, draw }: Drawing,
): Directions {
  return edits.map((edit, i) => {
    const own = vectors[i];
    if (!own) return null;
    const random = (like: readonly number[], which: number): number[] =>
      randomDirection(seed, 2 * (draw * edits.length + i) + which, like.length, lengthOf(like));
    const along = alongOf(edit, own);
    if (edit.op === 'swap' && kind === 'random')
      return alongOf(edit, { to: random(own.to, 0), from: random(own.from!, 1) });
    const { values } = along.source;
    if (!isRead(edit) || kind === 'random') return { ...along, source: vector(random(values, 0)) };
    return { ...along, direction: random(along.direction ?? values, 0) };
  });
}
