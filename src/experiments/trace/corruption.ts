/** How the subject is hidden: noise on its embeddings, or another prompt in its place. */
import type { TraceQuestion } from './question';
import type { TraceSpec } from './spec';
import type { PromptToken, Span } from '../common/subject';

type Corruption = TraceSpec['corruption'];

/** ROME's defaults: three sigma, ten draws, RandomState(1). */
const DEFAULTS = { noise: 's3', samples: 10, seed: 1 };

export function resolveNoise(question: TraceQuestion, sigma: { readonly value: number } | null): Corruption {
  const rule = (question.noise ?? DEFAULTS.noise).trim();
  const common = {
    type: 'noise' as const,
    rule,
    samples: question.samples ?? DEFAULTS.samples,
    seed: question.seed ?? DEFAULTS.seed,
    stream: 'mt19937-polar' as const,
  };
  const number = /^(s?)(\d*\.?\d+(?:e-?\d+)?)$/i.exec(rule);
  if (!number) {
    throw new Error(
      `noise: cannot be read, got '${rule}', expected 's3' (three sigma) or a standard deviation like 0.1.`,
    );
  }
  const value = Number(number[2]);
  if (!number[1]) return { ...common, sigma: value, factor: 1 };
  if (!sigma) {
    throw new Error(
      `noise: sigma of this model is not known, got '${rule}', expected a standard deviation: the model has no ` +
        'loci.json. Give a number, e.g. 0.1.',
    );
  }
  return { ...common, sigma: sigma.value, factor: value };
}

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
