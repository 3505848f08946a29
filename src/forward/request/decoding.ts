/**
 * Decoding: sequences that grow token by token, computing only the new positions. Defines the
 * executor's input, and edits at positions that do not exist yet. Plain data, as in `types.ts`.
 */
import { siteCalled } from '../../model/aliases';
import { rowLayout } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import type { Edit, Mask, Rewrite, Run } from './types';
import { named, quoted } from '../../util/parse';
import { range } from '../../util/range';
import type { ForwardOptions } from './contract';

/**
 * Positions of an edit while decoding: absolute ones, possibly beyond the prompt; 'all', the
 * prompt's and every later one; or 'generated', those after the prompt. (The first new token is
 * read off the prompt's last position, so an edit of 'generated' cannot change it.)
 */
export type DecodingRows = readonly number[] | 'all' | 'generated';

/** A row of a table with such positions. */
type Decoded<T, Rows extends keyof T> = Omit<T, Rows> & Readonly<Record<Rows, DecodingRows>>;
export type DecodingEdit = Decoded<Edit, 'rows'>;
export type DecodingMask = Decoded<Mask, 'queries' | 'keys'>;
export type DecodingRewrite = Decoded<Rewrite, 'queries'>;

/** Interventions while decoding. */
export interface DecodingTables {
  readonly edits?: readonly DecodingEdit[];
  readonly masks?: readonly DecodingMask[];
  readonly rewrites?: readonly DecodingRewrite[];
}

/** One sequence with its own keys and values. */
export interface DecodingSequence extends DecodingTables {
  /** Its initial token ids, including BOS. */
  readonly prompt: readonly number[];
}

export interface DecodingRequest {
  readonly sequences: readonly DecodingSequence[];
  /** Largest length of any sequence in positions. */
  readonly capacity: number;
}

export type DecodingOptions = Pick<ForwardOptions, 'signal'>;

/** Sequences being decoded, on the GPU (`gpu/decoding.ts`) or by the float64 reference. */
export interface Decoding {
  /**
   * Appends tokens to the sequences and computes what is new; the first call also computes the
   * prompts. Returns logits [V] for each sequence's last position, after its edits; null if it has
   * nothing new.
   */
  extend(added: readonly (readonly number[])[], options?: DecodingOptions): Promise<(Float32Array | null)[]>;
  close(): void;
}

/**
 * A sequence as a run of `capacity` positions with numeric rows in its tables; missing tokens are
 * 0. An edit of scores or pattern reaches only keys up to its query, since later ones do not exist
 * when the query is computed; a mask may let queries of the prompt see later keys of the prompt.
 * @throws Error if the model cannot continue a text, or a table cannot be applied while decoding.
 */
export function decodingRun(spec: ModelSpec, request: DecodingRequest, s: number): Run {
  const { capacity, sequences } = request;
  const { prompt, edits = [], masks = [], rewrites = [] } = sequences[s]!;
  const numbers = (rows: DecodingRows): readonly number[] => rowsOf(rows, prompt.length, capacity);
  if (!spec.attention.causal || spec.head !== 'lm') {
    throw new Error(
      'generate: the model does not continue a text, got an encoder, expected a causal model with an unembedding. ' +
        'Use another model.',
    );
  }
  if ('cuts' in sequences[s]!) {
    throw new Error(
      'generate: edges are not cut while decoding, got cuts, expected edits, masks and rewrites. Cut them in a run over the whole text.',
    );
  }
  checkReach(spec, prompt.length, capacity);
  return {
    id: `sequence ${s}`,
    tokens: [...prompt, ...new Array<number>(capacity - prompt.length).fill(0)],
    edits: edits.flatMap((edit) => expand(spec, edit, numbers(edit.rows), capacity)),
    masks: masks.flatMap((mask) => {
      const [queries, keys] = [numbers(mask.queries), numbers(mask.keys)];
      checkLooksBack(mask, queries, keys, prompt.length);
      return queries.length === 0 || keys.length === 0 ? [] : [{ ...mask, queries, keys }];
    }),
    rewrites: rewrites.flatMap((rewrite) => {
      const queries = numbers(rewrite.queries);
      return queries.length === 0 ? [] : [{ ...rewrite, queries }];
    }),
  };
}

/** Keys of the prompt keep their angles, so all positions must rotate by the same frequencies. */
function checkReach({ positions }: ModelSpec, promptLength: number, capacity: number): void {
  if (positions.kind !== 'rotary') return;
  for (const { beyond } of positions.tables) {
    if (!beyond || promptLength > beyond.length || capacity <= beyond.length) continue;
    throw new Error(
      `generate: texts of more than ${beyond.length} tokens rotate by other frequencies, got a prompt of ${promptLength} tokens and room for ${capacity}, expected at most ${beyond.length} together. ` +
        'Ask for fewer, or shorten the prompt.',
    );
  }
}

function expand(spec: ModelSpec, edit: DecodingEdit, rows: readonly number[], capacity: number): Edit[] {
  const site = siteCalled(spec, edit.site);
  const where = `generate: edit of ${named(edit.site)}`;
  if (site.kind === 'hook_tokens')
    throw new Error(`${where}: tokens are what is generated. Change the prompt instead.`);
  const kind = edit.source?.kind;
  if (kind === 'run' || kind === 'mean') {
    throw new Error(
      `${where}: got a source of kind ${quoted(kind)}, expected a constant, a vector or noise. Capture the state first and give it as a vector.`,
    );
  }
  if (rows.length === 0) return [];
  if (!site.axes.includes('S')) return [{ ...edit, rows }];
  if ((kind !== undefined && kind !== 'constant') || edit.direction) {
    throw new Error(
      `${where}: got ${edit.direction ? 'a direction' : `a source of kind ${quoted(kind!)}`}, expected a constant: how many keys there are changes with every token.`,
    );
  }
  const [begin, end] = edit.columns ?? [0, rowLayout(spec, site, capacity).perHead];
  // Left for the general check of edits, which refuses columns that no position can have.
  if (end > capacity) return [{ ...edit, rows }];
  return rows.flatMap((row) =>
    begin > row ? [] : [{ ...edit, rows: [row], columns: [begin, Math.min(end, row + 1)] as const }],
  );
}

/** A query may see a later key only if both belong to the prompt. */
function checkLooksBack(
  { layer, op }: DecodingMask,
  queries: readonly number[],
  keys: readonly number[],
  promptLength: number,
): void {
  const key = keys.find((k) => k >= promptLength && queries.some((query) => query < k));
  if (op !== 'allow' || key === undefined) return;
  throw new Error(
    `generate: mask of layer ${layer}: lets a query see a later key that is generated, got key ${key}, expected keys of ` +
      `the prompt, below ${promptLength}.`,
  );
}

function rowsOf(rows: DecodingRows, promptLength: number, capacity: number): readonly number[] {
  return typeof rows === 'string' ? range(rows === 'all' ? 0 : promptLength, capacity) : rows;
}
