/**
 * Captures that are not whole, contiguous rows: selected heads, queries stored beside keys, scores
 * and pattern (heads first), and their groups of positions. Captures of one site that request the
 * same heads share a dispatch.
 */
import { rowLayout } from '../../model/sites';
import { range } from '../../util/range';
import { capturedShape, isSquare } from '../request/captures';
import { type CaptureHere, type Ctx, declare, dispatch, table } from './context';
import type { Slot } from './slots';
import { capturedRows, copyOut, place } from './result';
import { samplesOf } from './rows';
import { Words } from './words';

/** Elements [begin, end) of a tensor, with all samples of a capture. */
interface Part {
  readonly tensor: string;
  readonly begin: number;
  readonly end: number;
}

export function captureHeads(ctx: Ctx, name: string, captures: readonly CaptureHere[], slot: Slot): void {
  const { site, heads } = captures[0]!.capture;
  const all = rowLayout(ctx.spec, site, 1).heads;
  const chosen = heads ?? range(0, all);
  // For scores and pattern, the longest run of the sweep determines the distance between heads.
  const perHead = slot.width / all;
  const words = new Words();
  const ends: number[] = [];
  for (const here of captures)
    ends.push(listRows(ctx, here, slot, { words, begin: ends.at(-1) ?? 0, heads: chosen.length, perHead }));
  const elements = ends.at(-1)!;
  const tensor = declare(ctx, `captured.${elements}`, 'scratch', elements);
  const tables = [
    table(ctx, `heads.${name}`, () => words.data),
    table(ctx, `chosen.${chosen.join()}`, () => Uint32Array.from(chosen)),
  ];
  dispatch(ctx, 'heads', {
    label: `heads of ${name}`,
    buffers: [...tables, slot.tensor, tensor],
    params: { row0: 0, rows: words.length / 4, heads: chosen.length, width: perHead, perHead },
  });
  for (const [i, here] of captures.entries()) {
    const part = { tensor, begin: ends[i - 1] ?? 0, end: ends[i]! };
    const { tensor: from, begin, end } = here.capture.pool === 1 ? part : pooled(ctx, here, part);
    copyOut(ctx, from, [begin, end - begin], 1, place(ctx, here));
  }
}

interface Listing {
  /** Table of kernel `heads`. */
  readonly words: Words;
  /** First element of the capture in the kernel's output. */
  readonly begin: number;
  readonly heads: number;
  readonly perHead: number;
}

/** Writes a capture's rows to the table and returns its end in the output. */
function listRows(
  ctx: Ctx,
  here: CaptureHere,
  { stride, col }: Slot,
  { words, begin, heads, perHead }: Listing,
): number {
  const { member, capture } = here;
  const rows = capturedRows(ctx, here);
  const perSample = rows.length / samplesOf(member);
  const columns = isSquare(capture) ? member.run.tokens.length : perHead;
  const [apart, next] = isSquare(capture) ? [perSample * columns, columns] : [columns, heads * columns];
  for (const [i, row] of rows.entries()) {
    const sample = Math.floor(i / perSample);
    words.u32(row * stride + col);
    words.u32(begin + sample * perSample * heads * columns + (i % perSample) * next);
    words.u32(apart);
    words.u32(columns);
  }
  return begin + rows.length * heads * columns;
}

/** Pools a capture's maps by groups of positions. */
function pooled(ctx: Ctx, { member, capture }: CaptureHere, maps: Part): Part {
  const { length: T } = member.run.tokens;
  const [H, P] = capturedShape(ctx.spec, capture, T) as [number, number];
  const rows = samplesOf(member) * H * P;
  const tensor = declare(ctx, `pooled.${rows * P}`, 'scratch', rows * P);
  dispatch(ctx, 'pool', {
    label: `pool ${capture.site.name}`,
    buffers: [maps.tensor, tensor],
    params: { row0: 0, rows, T, P, side: capture.pool, origin: maps.begin },
  });
  return { tensor, begin: 0, end: rows * P };
}
