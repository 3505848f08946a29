/** Helpers for lists: lists in maps, and lists too long to pass as arguments. */

/** Appends to the list at `key`, creating it if absent. */
export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Appends all of `more`, whatever its length. */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const one of more) list.push(one);
}

/** What occurs more than once. */
export function repeated<T>(list: Iterable<T>): ReadonlySet<T> {
  const [seen, again] = [new Set<T>(), new Set<T>()];
  for (const one of list) (seen.has(one) ? again : seen).add(one);
  return again;
}

/** The largest number, or `least` if that is larger. */
export function maxOf(numbers: Iterable<number>, least = Number.NEGATIVE_INFINITY): number {
  let found = least;
  for (const one of numbers) found = Math.max(found, one);
  return found;
}

/** The smallest number, or `most` if that is smaller. */
export function minOf(numbers: Iterable<number>, most = Number.POSITIVE_INFINITY): number {
  let found = most;
  for (const one of numbers) found = Math.min(found, one);
  return found;
}
