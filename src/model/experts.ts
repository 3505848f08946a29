/** Locates the matrices of a block's experts within the weights that hold all of them. */
import { expertsOf, type ModelSpec } from './spec';

/** Expert e's matrix, K inputs, N outputs: (k, n) is at first + e*expert + k*row + n*col. */
export interface ExpertMatrix {
  /** e.g. 'blocks.3.mlp.experts.W_out'. */
  readonly weight: string;
  readonly first: number;
  readonly expert: number;
  readonly row: number;
  readonly col: number;
  /** The weight may be split between its rows, of `width` elements each. */
  readonly rows: number;
  readonly width: number;
  /** The bias of output n of expert e is at first + e*expert + n*col; null for none. */
  readonly bias: Readonly<Record<'first' | 'expert' | 'col', number> & { weight: string }> | null;
}

export type ExpertLetter = 'gate' | 'in' | 'out';

/** Block `layer` must have experts. */
export function expertMatrix(spec: ModelSpec, layer: number, letter: ExpertLetter): ExpertMatrix {
  const { count: X, width: M, bias, stored } = expertsOf(spec, layer)!;
  const D = spec.dModel;
  const at = `blocks.${layer}.mlp.experts`;
  if (stored === 'each') {
    const [K, N] = letter === 'out' ? [M, D] : [D, M];
    const weight = `${at}.W_${letter}`;
    return { weight, first: 0, expert: N * K, row: 1, col: K, rows: X * N, width: K, bias: null };
  }
  if (letter === 'out') {
    const b = bias ? { weight: `${at}.b_out`, first: 0, expert: D, col: 1 } : null;
    return { weight: `${at}.W_out`, first: 0, expert: M * D, row: D, col: 1, rows: X, width: M * D, bias: b };
  }
  const first = letter === 'gate' ? 0 : 1;
  const size = 2 * M * D;
  const b = bias ? { weight: `${at}.b_gate_in`, first, expert: 2 * M, col: 2 } : null;
  const weight = `${at}.W_gate_in`;
  return { weight, first, expert: size, row: 2 * M, col: 2, rows: X, width: size, bias: b };
}
