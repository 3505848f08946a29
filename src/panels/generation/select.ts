/** Generated tokens for the panel. */
import type { GeneratedToken } from '../../engine/api';
import { percent } from '../../results/format';
import { visibleToken } from '../../util/visible';

export interface GeneratedChip {
  /** Visible spaces. */
  readonly text: string;
  /** The model's probability, 0 to 1. */
  readonly p: number;
  /** For a screen reader: '·Paris, 96 %'. */
  readonly label: string;
  readonly details: GeneratedDetails;
}

export interface GeneratedDetails {
  /** 'new token 3' */
  readonly place: string;
  /** The model's probability. */
  readonly p: string;
  /** The sampler's; null for greedy decoding. */
  readonly drawn: string | null;
  readonly top: readonly { readonly text: string; readonly p: string; readonly isChosen: boolean }[];
}

/** `isRandom`: also reports the sampler's probability. */
export function selectGeneration(tokens: readonly GeneratedToken[], isRandom: boolean): GeneratedChip[] {
  return tokens.map(({ id, text, p, drawn, step, top }) => {
    const shown = visibleToken(text);
    return {
      text: shown,
      p,
      label: `${shown}, ${percent(p)}`,
      details: {
        place: `new token ${step + 1}`,
        p: percent(p),
        drawn: isRandom ? percent(drawn) : null,
        top: top.map((row) => ({
          text: visibleToken(row.text),
          p: percent(row.p),
          isChosen: row.id === id,
        })),
      },
    };
  });
}

/** Number of tokens that fit the context, and why that is too few (null: enough). */
export function roomProblem(
  promptTokens: number,
  maxNew: number,
  nCtx: number,
  model: string,
): string | null {
  const room = nCtx - promptTokens;
  if (maxNew <= room) return null;
  return room < 1
    ? `The prompt fills all ${nCtx} positions of ${model}. Shorten it.`
    : `${model} reads at most ${nCtx} tokens; the prompt leaves room for ${room} new ones.`;
}
