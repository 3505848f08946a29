import type { Token } from '../engine/api';
import { repeated } from '../util/lists';
import { visibleToken } from '../util/visible';
import type { Chip } from '../ui/TokenChips';

/** Tokens as chips: visible spaces, positions beside repeated tokens. */
export function chipsOf(tokens: readonly Token[]): Chip[] {
  // With a token after the prompt, added ones have names ([CLS], [SEP]); a lone one is BOS.
  const isAround = tokens.length > 1 && tokens.at(-1)!.isBos;
  const again = repeated(tokens.map(({ text }) => text));
  return tokens.map(({ text, isBos }, index) => ({
    text: isBos && !isAround ? 'BOS' : visibleToken(text),
    index: again.has(text) ? index : null,
    isBos,
  }));
}
