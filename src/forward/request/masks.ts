/**
 * Converts the tables of masks and rewrites to edits of `hook_attn_scores` and `hook_pattern`, so
 * that a single mechanism changes activations.
 */
import { findSite, rowLayout } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { checkHead, checkRows, checkSeed } from './checks';
import type { ResolvedEdit, Span } from './resolved';
import { isRewrite } from './rewrites';
import type { EditSource, Mask, Rewrite } from './types';
import { maxOf, minOf } from '../../util/lists';
import { consecutive } from '../../util/consecutive';
import { range } from '../../util/range';
import { CLOSED, MASKED_SCORE } from '../../util/masked';
import { quoted } from '../../util/parse';

/** A float32 above any score. */
const LARGEST_FLOAT = 3e38;

/** Largest magnitude of a mask value: no score reaches it, and a masked score stays masked. */
const LARGEST_VALUE = 1e9;

export function resolveMask(spec: ModelSpec, id: string, mask: Mask, T: number): ResolvedEdit {
  const { layer, queries, keys, op = 'add', value = Number.NEGATIVE_INFINITY } = mask;
  const where = `run ${quoted(id)}: mask of layer ${layer}`;
  const { heads, common } = changeOf(spec, where, 'attn.hook_attn_scores', mask, T);
  checkRows(`${where}: keys`, keys, T);
  if (op === 'allow' && mask.value !== undefined)
    throw new Error(`${where}: op 'allow' takes no value, got ${value}. Leave it out.`);
  if (Number.isNaN(value) || value > LARGEST_VALUE || (Number.isFinite(value) && value < -LARGEST_VALUE)) {
    throw new Error(
      `${where}: value out of range, got ${value}, expected -Infinity or a number within +-${LARGEST_VALUE}.`,
    );
  }
  const spansOf = (first: number, count: number) =>
    heads.map((h): Span => [h * T + first, h * T + first + count]);
  if (op === 'allow') {
    const looksAhead = keys.some((key) => queries.some((query) => key > query));
    const seen = consecutive([...keys].sort((a, b) => a - b));
    const spans = seen.flatMap(({ first, count }) => spansOf(first, count));
    return { ...common, op: 'set', source: { kind: 'unmasked' }, spans, looksAhead };
  }
  // One span from the first key to the last, even with holes.
  const begin = minOf(keys);
  const length = maxOf(keys) + 1 - begin;
  const hides = value === Number.NEGATIVE_INFINITY;
  const [here, hole] = hides ? [MASKED_SCORE, LARGEST_FLOAT] : [value, 0];
  const values = new Array<number>(length).fill(hole);
  for (const key of keys) values[key - begin] = here;
  const isWhole = !values.includes(hole);
  const source: EditSource = isWhole ? { kind: 'constant', value: here } : { kind: 'vector', values };
  return { ...common, op: hides ? 'min' : 'add', source, spans: spansOf(begin, length) };
}

export function resolveRewrite(spec: ModelSpec, id: string, rewrite: Rewrite, T: number): ResolvedEdit {
  const { layer, kind, seed } = rewrite;
  const where = `run ${quoted(id)}: rewrite of layer ${layer}`;
  const { heads, common } = changeOf(spec, where, 'attn.hook_pattern', rewrite, T);
  if (!isRewrite(kind)) {
    const expected = 'uniform, reversed, shuffled or random';
    throw new Error(`${where}: unknown kind, got ${quoted(kind)}, expected ${expected}.`);
  }
  const isRandom = kind === 'shuffled' || kind === 'random';
  if (isRandom) checkSeed(where, seed);
  else if (seed !== undefined) throw new Error(`${where}: ${quoted(kind)} takes no seed, got ${seed}.`);
  const spans = heads.map((h): Span => [h * T, (h + 1) * T]);
  return { ...common, spans, op: kind, source: null, ...(isRandom ? { seed: seed! } : {}) };
}

/** What masks and rewrites of one block have in common; checks its layer, queries and head. */
function changeOf(spec: ModelSpec, where: string, kind: string, asked: Mask | Rewrite, T: number) {
  const { layer, head, queries } = asked;
  if (!Number.isInteger(layer) || layer < 0 || layer >= spec.nLayers)
    throw new Error(`${where}: layer out of range, got ${layer}, expected 0..${spec.nLayers - 1}.`);
  const site = findSite(spec, `blocks.${layer}.${kind}`);
  checkRows(`${where}: queries`, queries, T);
  if (head !== undefined) checkHead(where, head, spec.nHeads);
  const layout = rowLayout(spec, site, T);
  const common = { key: site.name, site, rows: queries, layout, alpha: 1, looksAhead: false, asked };
  return { heads: head === undefined ? range(0, spec.nHeads) : [head], common };
}

/** Columns of its spans to which an edit of scores gives probability exactly 0; null: none. */
export function closedBy({ op, source }: ResolvedEdit): ((column: number) => boolean) | null {
  if (op !== 'set' && op !== 'min') return null;
  if (source?.kind === 'constant') return source.value <= CLOSED ? () => true : null;
  if (op !== 'min' || source?.kind !== 'vector') return null;
  return (column) => source.values[column]! <= CLOSED;
}

/** Whether position t sees key s in block l of the unmodified model. */
export function sees(
  { attention: { causal, windows } }: ModelSpec,
  l: number,
  t: number,
  s: number,
): boolean {
  const window = windows[l] ?? null;
  return (!causal || s <= t) && (window === null || t - s < window);
}

/** Throws if edits of scores, including masks, leave a query without keys. */
export function refuseBlindQueries(
  spec: ModelSpec,
  id: string,
  edits: readonly ResolvedEdit[],
  T: number,
): void {
  for (let layer = 0; layer < spec.nLayers; layer++) {
    const here = edits.filter(({ site }) => site.kind === 'attn.hook_attn_scores' && site.layer === layer);
    if (!here.some(closedBy)) continue;
    for (let h = 0; h < spec.nHeads; h++) {
      const table = here.map((edit) => ({
        rows: new Set(edit.rows),
        closed: closedBy(edit),
        // Adding to a masked score leaves it masked.
        isOpening: edit.op !== 'add' && !closedBy(edit),
        keys: edit.spans.flatMap(([begin, end]) =>
          begin >= h * T && begin < (h + 1) * T ? [[begin - h * T, end - h * T] as const] : [],
        ),
      }));
      for (let t = 0; t < T; t++) {
        // A query sees itself unless that cell is masked.
        const isAlone = table.some(
          ({ rows, closed, keys }) =>
            closed && rows.has(t) && keys.some(([from, to]) => from <= t && t < to && closed(t - from)),
        );
        if (!isAlone) continue;
        const visible = Array.from({ length: T }, (_, s) => sees(spec, layer, t, s));
        for (const { rows, closed, isOpening, keys } of table) {
          if (!rows.has(t)) continue;
          for (const [from, to] of keys) {
            for (let s = from; s < to; s++) if (isOpening || closed?.(s - from)) visible[s] = isOpening;
          }
        }
        if (visible.includes(true)) continue;
        throw new Error(
          `run ${quoted(id)}: masks of layer ${layer} leave query ${t} of head ${h} no key, expected one that it sees. ` +
            'Leave out the query, or one of the keys.',
        );
      }
    }
  }
}
