/**
 * `action` over all items, begun together, but reported in order: rejects with the problem of the first item that has one,
 * whichever came first. An action waits for its `turn` before what must not be done for items behind a problem, or not
 * for several at once.
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
