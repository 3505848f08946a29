/**
 * Runs `action` over all items concurrently but reports in order: rejects with the error of the
 * first failing item, even if a later one failed sooner. An action awaits its `turn` before a step
 * that must not run after an earlier failure, or must not run concurrently.
 */
export async function allInOrder<T, U>(
  items: readonly T[],
  action: (item: T, i: number, turn: () => Promise<unknown>) => Promise<U>,
): Promise<U[]> {
  let before: Promise<unknown> = Promise.resolve();
  const begun = items.map((item, i) => {
    const earlier = before;
    const one = action(item, i, () => earlier);
    one.catch(() => undefined);
    before = earlier.then(() => one);
    return one;
  });
  await before;
  return Promise.all(begun);
}
