/** Keys of a group that is one stop of the Tab key. */

/** Index that a key leads to among `count`; null if the key does not move. */
export function movedTo(key: string, at: number, count: number): number | null {
  if (key === 'ArrowRight') return (at + 1) % count;
  if (key === 'ArrowLeft') return (at + count - 1) % count;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return null;
}
