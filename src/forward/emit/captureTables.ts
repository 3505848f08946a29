/** What brings captures of one site into the form in which they are read: tables of kernel `heads`, parts of its output. */
import { push } from '../../util/lists';
import { isSquare, type ResolvedCapture } from '../request/captures';
import type { ResolvedRun } from '../request/resolve';

/** A capture of one run at a site that is complete. */
export interface CaptureHere {
  readonly run: ResolvedRun;
  readonly capture: ResolvedCapture;
  /** Row of the site's tensor, of every position that is asked for. */
  readonly rows: readonly number[];
}

/** A site's rows: heads side by side from column `col` on, `perHead` columns each (of scores the longest run's). */
export interface CaptureSource {
  readonly stride: number;
  readonly col: number;
  readonly perHead: number;
}

export interface Gathered {
  /** Table of kernel `heads`. */
  readonly table: Uint32Array;
  /** Elements of the output. */
  readonly elements: number;
  /** The first element of every capture. */
  readonly begins: readonly number[];
}

/** Captures that ask for the same heads share one dispatch. */
export function byHeads(captures: readonly CaptureHere[]): CaptureHere[][] {
  const groups = new Map<string, CaptureHere[]>();
  for (const here of captures) push(groups, here.capture.heads?.join() ?? 'all', here);
  return [...groups.values()];
}

/** Rows of captures with `heads` heads each, one capture after the other, scores and pattern with their heads first. */
export function gather(captures: readonly CaptureHere[], from: CaptureSource, heads: number): Gathered {
  const count = captures.reduce((sum, { rows }) => sum + rows.length, 0);
  const table = new Uint32Array(4 * count);
  const begins: number[] = [];
  let at = 0;
  let elements = 0;
  for (const { run, capture, rows } of captures) {
    begins.push(elements);
    const columns = isSquare(capture) ? run.tokens.length : from.perHead;
    const [apart, next] = isSquare(capture) ? [rows.length * columns, columns] : [columns, heads * columns];
    for (const [i, row] of rows.entries()) {
      table.set([row * from.stride + from.col, elements + i * next, apart, columns], at);
      at += 4;
    }
    elements += rows.length * heads * columns;
  }
  return { table, elements, begins };
}
