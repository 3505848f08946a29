/**
 * Rewrites of the attention pattern in float64, row by row, and their random numbers: a hash of
 * seed, layer, head, query and key, so that each number is independent of the others, on the GPU
 * too. See shaders/rewrite.wgsl.
 */
import type { ResolvedEdit, ResolvedOp } from './resolved';
import type { RewriteKind } from './types';
import { maxOf } from '../../util/lists';

export function isRewrite(op: ResolvedOp): op is RewriteKind {
  return op === 'uniform' || op === 'reversed' || op === 'shuffled' || op === 'random';
}

/** A bijection on 32 bits (Wellons, "lowbias32"). */
function hash(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Key of the random numbers for one query's row of one head. */
export function rowKey(
  { seed = 0, site }: Pick<ResolvedEdit, 'site'> & { readonly seed?: number | undefined },
  head: number,
  query: number,
): number {
  return [site.layer!, head, query].reduce((key, part) => hash(key + part + 1), hash(seed));
}

/** 32-bit number `s` of a row. */
const draw = (key: number, s: number): number => hash(key + Math.imul(0x9e3779b9, s + 1));

/** A number in (0, 1), from the top 23 bits. */
const weight = (bits: number): number => (2 * (bits >>> 9) + 1) / 2 ** 24;

/** Changes one row of the pattern in place over the keys for which `isVisible`; 0 elsewhere. */
export function rewriteRow(
  kind: RewriteKind,
  row: Float64Array,
  isVisible: (key: number) => boolean,
  key: number,
): void {
  const keys = Array.from(row.keys()).filter(isVisible);
  const before = keys.map((s) => row[s]!);
  row.fill(0);
  for (const [i, value] of rewritten(kind, before, keys, key).entries()) row[keys[i]!] = value;
}

function rewritten(
  kind: RewriteKind,
  before: readonly number[],
  keys: readonly number[],
  key: number,
): number[] {
  if (kind === 'uniform') return before.map(() => 1 / before.length);
  if (kind === 'reversed') {
    const largest = maxOf(before);
    const reversed = before.map((a) => largest - a);
    const total = reversed.reduce((a, b) => a + b, 0);
    return total > 0 ? reversed.map((a) => a / total) : [...before];
  }
  const numbers = keys.map((s) => draw(key, s));
  if (kind === 'random') {
    const total = numbers.reduce((sum, bits) => sum + weight(bits), 0);
    return numbers.map((bits) => weight(bits) / total);
  }
  const order = numbers.map((_, i) => i).sort((a, b) => numbers[a]! - numbers[b]! || a - b);
  return order.map((from) => before[from]!);
}
