/** Finds the curve at a point: a grid of squares with the curve pieces in each. */
import { NUMBERS, pointOn } from './curves';

/** Side of a square and length of a piece, in pixels; a piece belongs to its middle's square. */
const SQUARE = 16;
const PIECE = 12;

export interface CurveIndex {
  /** The nearest curve within `radius` pixels (at most 8), the last on ties; null for none. */
  near(x: number, y: number, radius: number): number | null;
}

export function indexCurves(curves: Float32Array, width: number, height: number): CurveIndex {
  const across = Math.ceil(width / SQUARE) + 1;
  const down = Math.ceil(height / SQUARE) + 1;
  const n = curves.length / NUMBERS;
  const pieces = new Uint16Array(n);
  let total = 0;
  for (let i = 0; i < n; i++) {
    const o = i * NUMBERS;
    const long = Math.abs(curves[o]! - curves[o + 6]!) + Math.abs(curves[o + 1]! - curves[o + 7]!);
    pieces[i] = Math.max(1, Math.ceil(long / PIECE));
    total += pieces[i]!;
  }
  const squares = new Int32Array(total);
  const starts = new Int32Array(across * down + 1);
  let p = 0;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < pieces[i]!; k++) {
      const { x, y } = pointOn(curves, i, (k + 0.5) / pieces[i]!);
      const square = squareAt(x, y);
      squares[p++] = square;
      starts[square + 1]!++;
    }
  }
  for (let s = 0; s < across * down; s++) starts[s + 1]! += starts[s]!;
  const owner = new Int32Array(total);
  const part = new Uint16Array(total);
  const next = starts.slice();
  p = 0;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < pieces[i]!; k++) {
      const at = next[squares[p++]!]!++;
      owner[at] = i;
      part[at] = k;
    }
  }

  function squareAt(x: number, y: number): number {
    const column = Math.min(across - 1, Math.max(0, Math.floor(x / SQUARE)));
    const row = Math.min(down - 1, Math.max(0, Math.floor(y / SQUARE)));
    return row * across + column;
  }

  return {
    near(x, y, radius) {
      let best: number | null = null;
      let least = radius * radius;
      // A piece may extend half its length beyond its square.
      const reach = Math.min(8, radius) + PIECE / 2;
      const [first, last] = [squareAt(x - reach, y - reach), squareAt(x + reach, y + reach)];
      const wide = (last % across) - (first % across);
      for (let row = first; row <= last; row += across) {
        for (let at = starts[row]!; at < starts[row + wide + 1]!; at++) {
          const i = owner[at]!;
          const distance = toPiece(curves, i, part[at]! / pieces[i]!, (part[at]! + 1) / pieces[i]!, x, y);
          if (distance < least || (distance === least && best !== null && i > best)) {
            least = distance;
            best = i;
          }
        }
      }
      return best;
    },
  };
}

/** Squared distance of a point from a piece, taken as straight. */
function toPiece(curves: Float32Array, i: number, t0: number, t1: number, x: number, y: number): number {
  const a = pointOn(curves, i, t0);
  const b = pointOn(curves, i, t1);
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const long = dx * dx + dy * dy;
  const along = long === 0 ? 0 : Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / long));
  return (a.x + along * dx - x) ** 2 + (a.y + along * dy - y) ** 2;
}
