/**
 * The merges of byte-pair encoding: the rank of each pair of tokens. Half a million pairs are
 * stored by id in one table (open addressing, at most half full); a map keyed by texts takes three
 * times as long and ten times the memory.
 */
import { shown } from '../../util/parse';

/** Rank of a pair of tokens, lower merging first; undefined if they do not merge. */
export type RankOf = (left: string, right: string) => number | undefined;

const FREE = -1;

/** Mixes the bits of a 32-bit number (murmur's finalizer). */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/**
 * `merges` of tokenizer.json, each 'a b' or ['a', 'b']. Throws an Error naming the first that is
 * not a pair of tokens.
 */
export function loadMerges(merges: readonly unknown[], idOf: ReadonlyMap<string, number>): RankOf {
  const size = 2 ** Math.ceil(Math.log2(2 * merges.length + 1));
  const table = new Int32Array(3 * size).fill(FREE);
  // Seeded, so that no file can make all its pairs collide.
  const [seed] = crypto.getRandomValues(new Int32Array(1));
  /** The slot of a pair, or the free slot for it. */
  const placeOf = (left: number, right: number): number => {
    let at = mix(mix(left ^ seed!) ^ right) & (size - 1);
    while (table[3 * at] !== FREE && (table[3 * at] !== left || table[3 * at + 1] !== right))
      at = (at + 1) & (size - 1);
    return 3 * at;
  };
  for (let rank = 0; rank < merges.length; rank++) {
    const merge = merges[rank];
    const pair: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
    const isPair = Array.isArray(pair) && pair.length === 2;
    const left = isPair ? idOf.get(pair[0]) : undefined;
    const right = isPair ? idOf.get(pair[1]) : undefined;
    if (left === undefined || right === undefined)
      throw new Error(
        `tokenizer.json: model.merges[${rank}]: wrong value, got ${shown(merge)}, expected two tokens of the vocabulary.`,
      );
    const place = placeOf(left, right);
    table[place] = left;
    table[place + 1] = right;
    table[place + 2] = rank;
  }
  return (left, right) => {
    const [leftId, rightId] = [idOf.get(left), idOf.get(right)];
    if (leftId === undefined || rightId === undefined) return undefined;
    const place = placeOf(leftId, rightId);
    return table[place] === FREE ? undefined : table[place + 2];
  };
}
