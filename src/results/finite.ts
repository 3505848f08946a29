/** JSON writes NaN and infinity as null, which elsewhere means "undefined" or "no interval". */

/** @throws Error naming the first number that is not finite. */
export function refuseNotFinite(document: unknown): void {
  const place = placeOf(document);
  if (place === null) return;
  throw new Error(`internal: document${place}: is not finite, expected a number or null.`);
}

/** Path of the first number that is not finite, e.g. '.figures[0].values[3]'; null for none. */
function placeOf(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : '';
  if (value === null || typeof value !== 'object') return null;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const place = placeOf(value[i]);
      if (place !== null) return `[${i}]${place}`;
    }
    return null;
  }
  for (const [key, inner] of Object.entries(value)) {
    const place = placeOf(inner);
    if (place !== null) return `.${key}${place}`;
  }
  return null;
}
