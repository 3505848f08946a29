/** What one parser is to the harness: inputs that it accepts, and how one is read. */
import type { Random } from './random';

/** What a case hands to a parser; kept on disk as it is when the case fails. */
export type Input = string | Uint8Array | object;

export interface Target<I extends Input = Input> {
  /** As `--only` and the table of SECURITY.md name it. */
  readonly name: string;
  /** Inputs that are accepted as they are; cases are mutations of one of them. */
  seeds(): readonly I[] | Promise<readonly I[]>;
  mutate(seed: I, random: Random): I;
  /**
   * Reads the input. Rejects with what the parser throws; resolves to the names that were in the input and are not in
   * what came out.
   */
  run(input: I): Promise<readonly string[]>;
}

/** A target whose kind of input the harness need not know. */
export function target<I extends Input>(one: Target<I>): Target {
  return {
    ...one,
    mutate: (seed, random) => one.mutate(seed as I, random),
    run: (input) => one.run(input as I),
  };
}

/** Of the names that went in, those that did not come out. */
export function lostNames(before: Iterable<string>, after: Iterable<string>): string[] {
  const kept = new Set(after);
  return [...new Set(before)].filter((name) => !kept.has(name));
}

/** Names that UTF-8 can hold: those without half of a pair of surrogates. */
export const inUtf8 = (names: Iterable<string>): string[] =>
  [...names].filter((name) => !/\p{Cs}/u.test(name));

export const NOTHING_LOST: readonly string[] = [];
