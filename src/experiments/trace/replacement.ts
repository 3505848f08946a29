/** How the subject is hidden by another prompt in its place. */
import type { PromptToken, Span } from '../common/subject';
import type { TraceSpec } from './spec';

type Corruption = TraceSpec['corruption'];

/** The other prompt's tokens, as many as the prompt's; `differing` spans the positions that change. */
export function resolveReplacement(
  tokens: readonly PromptToken[],
  other: readonly PromptToken[],
): { corruption: Corruption; differing: Span } {
  if (other.length !== tokens.length) {
    throw new Error(
      `corrupt to: the other prompt has another number of tokens, got ${other.length} (${list(other)}), ` +
        `expected ${tokens.length} (${list(tokens)}). Choose words of as many tokens.`,
    );
  }
  const differs = (token: PromptToken, i: number) => token.id !== other[i]!.id;
  const begin = tokens.findIndex(differs);
  if (begin === -1) {
    throw new Error(
      `corrupt to: the other prompt is the same, got ${list(other)}, expected a token that differs.`,
    );
  }
  return {
    corruption: { type: 'tokens', tokens: other.map((token) => token.id) },
    differing: { begin, end: tokens.findLastIndex(differs) + 1 },
  };
}

function list(tokens: readonly PromptToken[]): string {
  return tokens.map((token) => `'${token.text}'`).join(' ');
}
