/** Texts to fit a lens on: typed ones, or a model's own facts as passages. */
import type { Fact } from '../../../engine/api';

/** A fit leaves out the first 16 tokens of a text, so single facts are too short. */
const FACTS_EACH = 8;

/** Paragraphs. */
export const textsOf = (typed: string): string[] =>
  typed
    .split(/\n\s*\n/)
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => text !== '');

/** The facts as sentences, eight to a passage, in an order that mixes their kinds. */
export function passagesOf(facts: readonly Fact[]): string[] {
  const passages = Math.ceil(facts.length / FACTS_EACH);
  return Array.from({ length: passages }, (_, i) =>
    facts
      .filter((_fact, at) => at % passages === i)
      .map(({ prompt, answer }) => `${prompt.trim()} ${answer.trim()}.`)
      .join(' '),
  );
}
