/** Corrupts by another prompt in place of the subject. */
import { excerpt } from '../common/spelling';
import type { Span } from '../common/subject';
import { differingWords, type Tokenized } from '../common/twin';
import type { TraceSpec } from './spec';
import { quoted } from '../../util/parse';

type Corruption = TraceSpec['corruption'];

/** The other prompt's tokens, same length; `differing` spans the changed positions. */
export function resolveReplacement(
  prompt: Tokenized,
  twin: Tokenized,
): { corruption: Corruption; differing: Span } {
  const [tokens, other] = [prompt.tokens, twin.tokens];
  if (other.length !== tokens.length) {
    throw new Error(
      `corrupt to: the other prompt has another number of tokens, got ${other.length}, expected ` +
        `${tokens.length}${differingWords(twin, prompt)}. Choose words of as many tokens.`,
    );
  }
  const differs = ({ id }: { readonly id: number }, i: number) => id !== other[i]!.id;
  const begin = tokens.findIndex(differs);
  if (begin === -1) {
    throw new Error(
      `corrupt to: the other prompt is the same, got ${quoted(excerpt(twin.text))}, expected words that differ.`,
    );
  }
  return {
    corruption: { type: 'tokens', tokens: other.map((token) => token.id) },
    differing: { begin, end: tokens.findLastIndex(differs) + 1 },
  };
}
