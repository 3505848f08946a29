/** Loci's choices for a question, and the size of its noise, in words. */
import { percent, plain } from './format';
import { visibleToken } from '../util/visible';

export interface Choices {
  /** Words of the prompt. */
  readonly subject?: string | undefined;
  readonly answer?: { readonly text: string; readonly p: number } | undefined;
  /** A token's text. */
  readonly distractor?: string | undefined;
}

/** "subject 'France', answer ' Paris' (p 62 %), distractor ' Lyon'; chosen by Loci", or null. */
export function choicesText({ subject, answer, distractor }: Choices): string | null {
  const chosen = [
    ...(subject === undefined ? [] : [`subject ${quoted(subject)}`]),
    ...(answer === undefined ? [] : [`answer ${quoted(answer.text)} (p ${percent(answer.p)})`]),
    ...(distractor === undefined ? [] : [`distractor ${quoted(distractor)}`]),
  ];
  return chosen.length === 0 ? null : `${chosen.join(', ')}; chosen by Loci`;
}

/** "3 sigma = 0.41, measured on 200 names"; `source`: from `sigmaSource`. */
export function noiseSizeText(factor: number, sigma: number, source: string): string {
  return `${plain(factor)} sigma = ${plain(factor * sigma)}, ${source}`;
}

const quoted = (text: string): string => `'${visibleToken(text).replaceAll('·', ' ')}'`;
