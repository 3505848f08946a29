/** The sentence about a document whose parts do not agree. */
import { named, shown } from '../util/parse';

/** Throws it. `where` is the part that is named; the document as a whole is at fault. */
export function fail(where: string, got: unknown, expected: string): never {
  throw new Error(
    `document: ${named(where)}: contradicts the rest of the document, got ${gotText(got)}, expected ${named(expected)}.`,
  );
}

export function expectEqual(where: string, got: unknown, expected: unknown, why: string): void {
  if (got !== expected) fail(where, got, `${gotText(expected)} (${why})`);
}

function gotText(value: unknown): string {
  if (typeof value === 'string') return named(value);
  return value === undefined ? 'nothing' : shown(value);
}
