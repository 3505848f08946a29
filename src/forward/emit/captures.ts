/** Copies of captured rows into what is read back. */
import type { Ctx, Slot, CaptureHere } from './context';
import { rowsOf } from './rows';

export function capture(ctx: Ctx, { member, capture }: CaptureHere, slot: Slot): void {
  const { result } = ctx;
  const { run, begin, end } = member;
  const positions = capture.rows ?? run.tokens.map((_, t) => t);
  const { tensor, stride, col, width } = slot;
  const { site } = capture;
  result.captures.push({
    run,
    samples: [begin, end],
    site,
    offset: result.bytes,
    rows: positions.length,
    stride,
    col,
    width,
  });
  const all = rowsOf(ctx.rows, member, positions);
  for (const [first, count, index] of consecutive(all))
    copyOut(ctx, tensor, [first, count], stride, result.bytes + 4 * stride * index);
  result.bytes += 4 * stride * all.length;
}

/** Copies rows [first, first + count) of a tensor to byte `to` of the result. */
export function copyOut(
  { steps }: Ctx,
  from: string,
  [first, count]: readonly [number, number],
  stride: number,
  to: number,
): void {
  steps.push({
    type: 'copy',
    label: `read ${from}`,
    from,
    fromOffset: 4 * stride * first,
    to: 'result',
    toOffset: to,
    bytes: 4 * stride * count,
  });
}

/** Runs of consecutive numbers as [first, count, index of the first]. */
function consecutive(rows: readonly number[]): [number, number, number][] {
  const out: [number, number, number][] = [];
  for (const [index, row] of rows.entries()) {
    const last = out.at(-1);
    if (last && row === last[0] + last[1]) last[1]++;
    else out.push([row, 1, index]);
  }
  return out;
}
