/**
 * Flattens a part of tokenizer.json (`normalizer`, `pre_tokenizer`, ...) to a list of steps:
 * Sequences are unfolded, null has none.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';

const part = z.looseObject({ type: z.string() });

/** Published tokenizers have at most a few dozen steps, in Sequences nested two deep. */
const MAX_STEPS = 256;
const MAX_DEPTH = 16;

/** `children`: the field that holds a Sequence's steps. Throws an Error. */
export function leaves(json: unknown, children: string): z.output<typeof part>[] {
  const found: z.output<typeof part>[] = [];
  unfold(json, children, 0, found);
  return found;
}

function unfold(json: unknown, children: string, depth: number, found: z.output<typeof part>[]): void {
  if (json === null || json === undefined) return;
  const step = parseWith(part, json, 'tokenizer.json');
  if (step.type !== 'Sequence') {
    found.push(step);
    if (found.length > MAX_STEPS) throw tooMany(children, `over ${MAX_STEPS} steps`);
    return;
  }
  if (depth === MAX_DEPTH) throw tooMany(children, `Sequences over ${MAX_DEPTH} deep`);
  const steps = parseWith(z.array(z.unknown()), step[children] ?? [], `tokenizer.json: ${children}`);
  for (const one of steps) unfold(one, children, depth + 1, found);
}

function tooMany(children: string, got: string): Error {
  return new Error(`tokenizer.json: ${children}: too many, got ${got}, expected fewer.`);
}
