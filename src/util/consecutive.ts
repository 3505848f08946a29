/** Numbers `first`, `first + 1`, .., `count` of them, from `index` on in a list. */
interface Stretch {
  readonly first: number;
  readonly index: number;
  count: number;
}

/** A list of numbers as stretches of consecutive ones, of at most `most` each. */
export function consecutive(numbers: readonly number[], most = Number.POSITIVE_INFINITY): Stretch[] {
  const found: Stretch[] = [];
  for (const [index, n] of numbers.entries()) {
    const last = found.at(-1);
    if (last && last.count < most && n === last.first + last.count) last.count++;
    else found.push({ first: n, index, count: 1 });
  }
  return found;
}
