/** Location of an edit's values on the device: rows of an earlier sweep, or a mean of such rows. */
import type { Member } from '../plan/sweep';
import type { ResolvedEdit } from '../request/resolved';
import { type Ctx, declare, dispatch, table } from './context';
import { type Slot, type Kept, placeFor, wholeSlot } from './slots';
import { buildEditTables } from './editTables';
import type { Cells, EditTarget } from './editTarget';
import { type Place, samplesOf } from './rows';

/** The cells of a row of a site's tensor. */
export function cellsOf({ layout }: ResolvedEdit, slot: Slot, { first, step }: Place): Cells {
  return {
    first: first * slot.stride + slot.col,
    step: step * slot.stride,
    perHead: layout.perHead,
    // In scores and pattern, heads of a run shorter than its sweep's longest are further apart.
    stored: slot.width / layout.heads,
  };
}

/** For the edit's row of that index; null if the values are known before the pass. */
export function sourceCells(
  ctx: Ctx,
  member: Member,
  edit: ResolvedEdit,
  rowIndex: number,
): EditTarget['source'] {
  const { source } = edit;
  const t = edit.rows[rowIndex]!;
  if (source?.kind === 'run') {
    const from = ctx.memberOf(source.run, member.begin);
    const kept = ctx.earlier(from.sweep, source.site!);
    const place = placeFor(kept, from, member, source.rows?.[rowIndex] ?? t);
    return { tensor: kept.slot.tensor, ...cellsOf(edit, kept.slot, place) };
  }
  if (source?.kind !== 'mean') return null;
  const mean = meanOf(ctx, edit.key, source.runs, member);
  return { tensor: mean.slot.tensor, ...cellsOf(edit, mean.slot, mean.at(member, t)!) };
}

/** The mean of a kept tensor over earlier runs, [samples, T, width]; made once per sweep. */
export function meanOf(ctx: Ctx, key: string, runs: readonly string[], reader: Member): Kept {
  const from = runs.map((run) => ctx.memberOf(run, reader.begin));
  const isShared = from.every(({ run }) => run.samples === null);
  const name = `${key}|${runs.join('|')}|${isShared ? '' : `${reader.begin}-${reader.end}`}`;
  const known = ctx.means.get(name);
  if (known) return known;
  const samples = isShared ? 1 : samplesOf(reader);
  const T = reader.run.tokens.length;
  const tensors = from.map(({ sweep }) => ctx.earlier(sweep, key));
  const { width } = tensors[0]!.slot;
  const slot = wholeSlot(`mean.${ctx.means.size}.${key}`, width);
  declare(ctx, slot.tensor, 'scratch', samples * T * width);
  const isThere = (t: number): boolean => from.every((member, i) => tensors[i]!.at(member, t) !== null);
  for (const [n, member] of from.entries()) {
    const { slot: read } = tensors[n]!;
    const entries = [];
    for (let t = 0; t < T; t++) {
      if (!isThere(t)) continue;
      const place = placeFor(tensors[n]!, member, reader, t);
      const row: Cells = { first: t * width, step: T * width, perHead: width, stored: width };
      const first = place.first * read.stride + read.col;
      const source = { ...row, tensor: read.tensor, first, step: place.step * read.stride };
      entries.push({ edit: running(n, width), rowIndex: 0, samples, sample: 0, x: row, source, round: 0 });
    }
    const [built] = buildEditTables(entries);
    if (!built) continue;
    const values = table(ctx, `${slot.tensor}.values`, () => built.values);
    const id = table(ctx, `${slot.tensor}.${n}`, () => built.entries);
    dispatch(ctx, 'edit', {
      label: `mean ${key}`,
      buffers: [id, values, read.tensor, slot.tensor],
      params: { row0: 0, rows: built.count, maxCols: built.maxCols, samples: built.maxSamples },
    });
  }
  const at: Kept['at'] = (_, t) => (isThere(t) ? { first: t, step: isShared ? 0 : T } : null);
  const mean: Kept = { key, slot, rows: slot.tensor, at };
  ctx.means.set(name, mean);
  return mean;
}

/** Step n + 1 of a running mean: x + (v - x) / (n + 1). */
function running(n: number, width: number): EditTarget['edit'] {
  const alpha = 1 / (n + 1);
  return { op: n === 0 ? 'set' : 'lerp', alpha, spans: [[0, width]], source: null, rows: [0] };
}
