/** Milliseconds after which a step hangs. */
const LONG = 120_000;

/** A promise that is rejected by name if nothing settles it. */
export function withTimeout(what, executor) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: no answer within ${LONG / 1000} s`)), LONG);
    const settled = (settle) => (value) => {
      clearTimeout(timer);
      settle(value);
    };
    executor(settled(resolve), settled(reject));
  });
}
