/**
 * The merges of byte-pair encoding: which rank a pair of tokens has. Half a million pairs are kept by their ids in one
 * table (open addressing, at most half full): a map by their texts takes three times as long and ten times the memory.
 */
import { shown } from '../../util/parse';

/** Rank of a pair of tokens, the lower the earlier it is merged; undefined for two that are not merged. */
export type RankOf = (left: string, right: string) => number | undefined;

const FREE = -1;

/** Spreads the bits of a 32-bit number (murmur's finalizer). */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** `merges` of tokenizer.json, each 'a b' or ['a', 'b']. Throws one sentence naming the first that is no pair of tokens. */
export function loadMerges(merges: readonly unknown[], idOf: ReadonlyMap<string, number>): RankOf {
  const size = 2 ** Math.ceil(Math.log2(2 * merges.length + 1));
  const table = new Int32Array(3 * size).fill(FREE);
  // Seeded, so that no file can hold pairs that all fall on one place.
  const [seed] = crypto.getRandomValues(new Int32Array(1));
  /** Where a pair is, or the free place that it gets. */
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
