import type { Token } from '../engine/api';
import { visibleToken } from '../util/visible';
import type { Chip } from '../ui/TokenChips';

/** Tokens as chips: spaces visible, the position beside tokens that occur more than once. */
export function chipsOf(tokens: readonly Token[]): Chip[] {
  // With a token after the prompt the added ones have names ([CLS], [SEP]); one alone before it is BOS.
  const isAround = tokens.length > 1 && tokens.at(-1)!.isBos;
  return tokens.map(({ text, isBos }, index) => {
    const isTwice = tokens.some((other, at) => at !== index && other.text === text);
    return { text: isBos && !isAround ? 'BOS' : visibleToken(text), index: isTwice ? index : null, isBos };
  });
}
