/** The error for a document that contradicts itself. */
import { named, shown } from '../util/parse';

/** Throws it. `where` names the part; the document is at fault. */
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
