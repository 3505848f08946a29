/**
 * Generation: sequences of one prompt grow token by token, in lockstep, each with its own keys and
 * values. A sequence may have a second branch with other edits, from which the sampler's logits are
 * pushed away (contrast); both branches receive the same tokens.
 */
import { abortError } from '../forward/request/abort';
import type { Decoding, DecodingRequest, DecodingSequence } from '../forward/request/decoding';
import type { Checkpoint } from '../load/open';
import type { GeneratedSequence, GeneratedToken, GenerateRequest, NextTokenRow } from './api';
import type { Backend } from './backend';
import { contrastLogits } from '../util/contrast';
import { softmax } from '../util/distribution';
import { largestIds } from '../util/largest';
import { checkSampling, chooseToken } from './sampler';

/** The parts of an open model that generation needs. */
export interface GeneratingModel {
  /** Longest sequence, in tokens. */
  readonly nCtx: number;
  /** The token that ends a text; null if the tokenizer has none. */
  readonly eos: number | null;
  readonly decode: (id: number) => string;
  readonly decodeAll: (ids: readonly number[]) => string;
  readonly decoding: (request: DecodingRequest) => Decoding;
}

export function generatingModel(
  { spec, tokenizer }: Pick<Checkpoint, 'spec' | 'tokenizer'>,
  backend: Pick<Backend, 'decoding'>,
): GeneratingModel {
  return {
    nCtx: spec.nCtx,
    eos: tokenizer.eosToken?.id ?? null,
    decode: tokenizer.decode,
    decodeAll: tokenizer.decodeAll,
    decoding: (request) => backend.decoding(request),
  };
}

/** Most likely tokens reported with every generated one. */
const TOP = 5;

interface Growing {
  readonly tokens: GeneratedToken[];
  stopped: GeneratedSequence['stopped'] | null;
}

/**
 * Generates; `onToken` receives every token as it is chosen, the sequences of a step in order.
 * @throws Error in one sentence if the request is invalid; 'AbortError' when `signal` aborts.
 */
export async function generateTokens(
  request: GenerateRequest,
  model: GeneratingModel,
  onToken?: (token: GeneratedToken) => void,
  signal?: AbortSignal,
): Promise<GeneratedSequence[]> {
  checkRequest(request, model.nCtx);
  const { maxNew, sampling, contrast, stopAtEos = true } = request;
  const branches = branchesOf(request);
  const sequences = Array.from(
    { length: request.sequences ?? 1 },
    (): Growing => ({ tokens: [], stopped: null }),
  );
  const decoding = model.decoding({
    sequences: sequences.flatMap(() => branches),
    capacity: request.tokens.length + maxNew,
  });
  try {
    for (let step = 0; step < maxNew && sequences.some(({ stopped }) => stopped === null); step++) {
      const added = sequences.flatMap(({ tokens, stopped }) =>
        branches.map(() => (stopped === null ? tokens.slice(-1).map(({ id }) => id) : [])),
      );
      const logits = await decoding.extend(added, signal ? { signal } : {});
      for (const [s, sequence] of sequences.entries()) {
        if (sequence.stopped !== null) continue;
        if (signal?.aborted) throw abortError();
        const [own, other] = logits.slice(s * branches.length, (s + 1) * branches.length);
        const seen = contrast ? contrastLogits(own!, other!, contrast) : own!;
        const { id, drawn } = chooseToken(seen, sampling, s, step);
        const [row, ...top] = nextRows(seen, [id, ...mostLikely(seen)], model);
        const token = { sequence: s, step, ...row!, drawn, top };
        sequence.tokens.push(token);
        if (stopAtEos && id === model.eos) sequence.stopped = 'eos';
        else if (step === maxNew - 1) sequence.stopped = 'length';
        onToken?.(token);
      }
    }
  } finally {
    decoding.close();
  }
  return sequences.map(({ tokens, stopped }) => {
    const ids = tokens.map(({ id }) => id);
    const text = model.decodeAll(stopped === 'eos' ? ids.slice(0, -1) : ids);
    return { tokens, text, stopped: stopped! };
  });
}

function branchesOf({ tokens: prompt, contrast, ...own }: GenerateRequest): DecodingSequence[] {
  return [own, ...(contrast ? [contrast] : [])].map(({ edits = [], masks = [], rewrites = [] }) => ({
    prompt,
    edits,
    masks,
    rewrites,
  }));
}

function checkRequest(request: GenerateRequest, nCtx: number): void {
  const { tokens, maxNew, sequences = 1, sampling } = request;
  for (const [name, value] of Object.entries({ maxNew, sequences })) {
    if (!(Number.isInteger(value) && value >= 1))
      throw new Error(`generate: ${name} out of range, got ${value}, expected an integer of at least 1.`);
  }
  if (tokens.length === 0) throw new Error('generate: no tokens, expected a prompt. Type one, or add BOS.');
  if (tokens.length + maxNew > nCtx) {
    throw new Error(
      `generate: too long, got a prompt of ${tokens.length} tokens and ${maxNew} new ones, expected at most ${nCtx} together. ` +
        'Ask for fewer, or shorten the prompt.',
    );
  }
  checkSampling(sampling);
}

/** Ids of the most likely tokens, most likely first. */
const mostLikely = (logits: ArrayLike<number>): number[] =>
  largestIds(logits, TOP).filter((id) => logits[id]! > -Infinity);

function nextRows(
  logits: ArrayLike<number>,
  ids: readonly number[],
  { decode }: GeneratingModel,
): NextTokenRow[] {
  const probabilities = softmax(logits);
  return ids.map((id) => ({ id, text: decode(id), p: probabilities[id]!, logit: logits[id]! }));
}
