/** Lists: in maps, and where they may be too long to be the arguments of a call. */

/** Appends to the list of `key`, which begins empty. */
export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Appends all of `more`, however many. */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const one of more) list.push(one);
}

/** The largest of the numbers, at least `least`. */
export function maxOf(numbers: Iterable<number>, least = Number.NEGATIVE_INFINITY): number {
  let found = least;
  for (const one of numbers) found = Math.max(found, one);
  return found;
}

/** The smallest of the numbers, at most `most`. */
export function minOf(numbers: Iterable<number>, most = Number.POSITIVE_INFINITY): number {
  let found = most;
  for (const one of numbers) found = Math.min(found, one);
  return found;
}
