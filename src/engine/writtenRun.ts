/** A decoded sequence as one run over all its tokens so far. */
import { type DecodingRequest, type DecodingRows, decodingRun } from '../forward/request/decoding';
import type { Run } from '../forward/request/types';
import type { ModelSpec } from '../model/spec';
import { range } from '../util/range';

/** `tokens`: the sequence's prompt and generated tokens. Rows beyond them are left out. */
export function writtenRun(
  spec: ModelSpec,
  { sequences }: DecodingRequest,
  s: number,
  tokens: readonly number[],
): Run {
  const { prompt, edits = [], masks = [], rewrites = [] } = sequences[s]!;
  const written = (rows: DecodingRows): readonly number[] =>
    typeof rows === 'string'
      ? range(rows === 'all' ? 0 : prompt.length, tokens.length)
      : rows.filter((row) => row < tokens.length);
  const sequence = {
    prompt: tokens,
    edits: edits.map((edit) => ({ ...edit, rows: written(edit.rows) })),
    masks: masks.map((mask) => ({ ...mask, queries: written(mask.queries), keys: written(mask.keys) })),
    rewrites: rewrites.map((rewrite) => ({ ...rewrite, queries: written(rewrite.queries) })),
  };
  const row = tokens.length - 1;
  const run = decodingRun(spec, { sequences: [sequence], capacity: tokens.length }, 0);
  return { ...run, metric: { row, answer: 0 } };
}
