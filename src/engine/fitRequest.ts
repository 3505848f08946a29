/** From a request to fit a lens to token ids and settings, or one sentence that says what is wrong. */
import { refuseWithoutLens } from '../load/lens/suits';
import { encodeText } from '../load/encode';
import type { Checkpoint } from '../load/open';
import { refuseUnread } from '../load/rows';
import { MOST } from '../util/bounds';
import { maxOf } from '../util/lists';
import { range } from '../util/range';
import type { FitRequest } from './lensApi';

const WHERE = 'fit';

/** As the published lenses were fitted. */
const MAX_TOKENS = 128;
const SKIP_FIRST = 16;

export interface FitPlan {
  /** Token ids of the texts that count, cut. */
  readonly prompts: readonly (readonly number[])[];
  /** Texts that are too short. */
  readonly skipped: number;
  readonly layers: readonly number[];
  readonly skipFirst: number;
}

/** Rejects with an Error. */
export async function planFit(request: FitRequest, checkpoint: Checkpoint): Promise<FitPlan> {
  const { spec, bos: ownBos, tokenizer } = checkpoint;
  refuseWithoutLens(spec);
  const { texts, bos = ownBos, layers = range(0, spec.nLayers - 1), skipFirst = SKIP_FIRST } = request;
  checkWhole('skipFirst', skipFirst, 0, MOST.tokens);
  const maxTokens = request.maxTokens ?? Math.min(MAX_TOKENS, spec.nCtx);
  const least = skipFirst + 2;
  checkWhole('maxTokens', maxTokens, least, spec.nCtx);
  if (layers.length === 0) throw new Error(`${WHERE}: no layers, got none, expected at least one.`);
  for (const layer of layers) checkWhole('layer', layer, 0, spec.nLayers - 2);
  if (texts.length === 0 || texts.length > MOST.cases)
    throw new Error(`${WHERE}: got ${texts.length} texts, expected 1 to ${MOST.cases}.`);
  const all: (readonly number[])[] = [];
  for (const [i, text] of texts.entries()) {
    if (typeof text === 'string' && text.length > MOST.text)
      throw new Error(
        `${WHERE}: text ${i + 1} is too long, got ${text.length} characters, expected at most ${MOST.text}. Split it.`,
      );
    const ids =
      typeof text === 'string' ? (await encodeText(checkpoint, text, bos)).map(({ id }) => id) : text;
    all.push(ids.slice(0, maxTokens));
    refuseUnread(all.at(-1)!, spec, tokenizer);
  }
  const prompts = all.filter(({ length }) => length >= least);
  if (prompts.length === 0)
    throw new Error(
      `${WHERE}: every text is too short, got at most ${maxOf(all.map(({ length }) => length))} tokens, expected ${least} or more, ` +
        `since the first ${skipFirst} and the last do not count. Join texts to passages.`,
    );
  const ascending = [...new Set(layers)].sort((a, b) => a - b);
  return { prompts, skipped: all.length - prompts.length, layers: ascending, skipFirst };
}

function checkWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new Error(`${WHERE}: ${name}, got ${value}, expected a whole number from ${least} to ${most}.`);
}
