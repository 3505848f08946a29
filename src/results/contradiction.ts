/** The sentence about a document whose parts do not agree. */
import { shown } from '../util/parse';

/** Throws it. `where` is the part that is named; the document as a whole is at fault. */
export function fail(where: string, got: unknown, expected: string): never {
  throw new Error(
    `document: ${where}: contradicts the rest of the document, got ${gotText(got)}, expected ${expected}.`,
  );
}

export function expectEqual(where: string, got: unknown, expected: unknown, why: string): void {
  if (got !== expected) fail(where, got, `${gotText(expected)} (${why})`);
}

function gotText(value: unknown): string {
  if (typeof value === 'string') return value.length > 200 ? `${value.slice(0, 200)}...` : value;
  return value === undefined ? 'nothing' : shown(value);
}
