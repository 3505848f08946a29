/** The harness's view of a parser: inputs that it accepts, and how to read one. */
import type { Random } from './random';

/** The input of a case; stored unchanged if the case fails. */
export type Input = string | Uint8Array | object;

export interface Target<I extends Input = Input> {
  /** As used by `--only` and the table in SECURITY.md. */
  readonly name: string;
  /** Inputs that are accepted unchanged; each case mutates one of them. */
  seeds(): readonly I[] | Promise<readonly I[]>;
  mutate(seed: I, random: Random): I;
  /**
   * Reads the input. Rejects if the parser throws; resolves to names that were in the input but are
   * missing from the output.
   */
  run(input: I): Promise<readonly string[]>;
}

/** Hides the type of a target's input from the harness. */
export function target<I extends Input>(one: Target<I>): Target {
  return {
    ...one,
    mutate: (seed, random) => one.mutate(seed as I, random),
    run: (input) => one.run(input as I),
  };
}

/** Names that went in but did not come out. */
export function lostNames(before: Iterable<string>, after: Iterable<string>): string[] {
  const kept = new Set(after);
  return [...new Set(before)].filter((name) => !kept.has(name));
}

/** Names that UTF-8 can represent: those without lone surrogates. */
export const inUtf8 = (names: Iterable<string>): string[] =>
  [...names].filter((name) => !/\p{Cs}/u.test(name));

export const NOTHING_LOST: readonly string[] = [];
