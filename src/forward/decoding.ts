/**
 * Decoding: sequences that grow by tokens, of which only the new positions are computed. What an executor needs to be
 * told, and how edits are written down for positions that do not exist yet. Plain data, as in `types.ts`.
 */
import { findSite, rowLayout } from '../model/sites';
import type { ModelSpec } from '../model/spec';
import type { Edit, Run } from './types';

/**
 * Positions of an edit while decoding: absolute ones, which may lie beyond the prompt; 'all', the prompt's and every
 * later one; or 'generated', those after the prompt. (The first new token is read off the prompt's last position, so
 * an edit of 'generated' cannot change it.)
 */
export type DecodingRows = readonly number[] | 'all' | 'generated';

export type DecodingEdit = Omit<Edit, 'rows'> & { readonly rows: DecodingRows };

/** One sequence with keys and values of its own. */
export interface DecodingSequence {
  /** Token ids that it begins with, BOS counted. */
  readonly prompt: readonly number[];
  readonly edits: readonly DecodingEdit[];
}

export interface DecodingRequest {
  readonly sequences: readonly DecodingSequence[];
  /** Positions that the longest sequence may come to have. */
  readonly capacity: number;
}

export interface DecodingOptions {
  /** Stops before the next submit with an Error named 'AbortError'. */
  readonly signal?: AbortSignal;
}

/** Sequences in the course of decoding: the GPU (`decodingGpu.ts`) and the float64 reference have this same form. */
export interface Decoding {
  /**
   * Appends tokens to the sequences and computes what is new; in the first call the prompts are. Logits [V] of each
   * sequence's last position, after its edits; null for one that has nothing new.
   */
  extend(added: readonly (readonly number[])[], options?: DecodingOptions): Promise<(Float32Array | null)[]>;
  close(): void;
}

/**
 * A sequence as a run of `capacity` positions, whose edits have numbers for rows; tokens that are not there yet are
 * 0. An edit of scores or pattern reaches only keys that its query sees, since later ones do not exist when the
 * query is computed.
 * @throws Error if the model cannot continue a text, or an edit cannot be applied while decoding.
 */
export function decodingRun(spec: ModelSpec, request: DecodingRequest, s: number): Run {
  const { capacity, sequences } = request;
  const { prompt, edits } = sequences[s]!;
  if (!spec.attention.causal || spec.head !== 'lm') {
    throw new Error(
      'generate: the model does not continue a text, got an encoder, expected a causal model with an unembedding. ' +
        'Use another model.',
    );
  }
  return {
    id: `sequence ${s}`,
    tokens: [...prompt, ...new Array<number>(capacity - prompt.length).fill(0)],
    edits: edits.flatMap((edit) => expand(spec, edit, prompt.length, capacity)),
  };
}

function expand(spec: ModelSpec, edit: DecodingEdit, promptLength: number, capacity: number): Edit[] {
  const site = findSite(spec, edit.site);
  const where = `generate: edit of ${edit.site}`;
  if (site.kind === 'hook_tokens')
    throw new Error(`${where}: tokens are what is generated. Change the prompt instead.`);
  const kind = edit.source?.kind;
  if (kind === 'run' || kind === 'mean') {
    throw new Error(
      `${where}: got a source of kind '${kind}', expected a constant, a vector or noise. Capture the state first and give it as a vector.`,
    );
  }
  const rows = rowsOf(edit.rows, promptLength, capacity);
  if (rows.length === 0) return [];
  if (!site.axes.includes('S')) return [{ ...edit, rows }];
  if (kind !== undefined && kind !== 'constant') {
    throw new Error(
      `${where}: got a source of kind '${kind}', expected a constant: how many keys there are changes with every token.`,
    );
  }
  const [begin, end] = edit.columns ?? [0, rowLayout(spec, site, capacity).perHead];
  // Columns that no position can have are refused where every edit is checked.
  if (end > capacity) return [{ ...edit, rows }];
  return rows.flatMap((row) =>
    begin > row ? [] : [{ ...edit, rows: [row], columns: [begin, Math.min(end, row + 1)] as const }],
  );
}

function rowsOf(rows: DecodingRows, promptLength: number, capacity: number): readonly number[] {
  if (typeof rows !== 'string') return rows;
  const first = rows === 'all' ? 0 : promptLength;
  return Array.from({ length: Math.max(0, capacity - first) }, (_, i) => first + i);
}
