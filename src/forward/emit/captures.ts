/** Copies captured values to the result, in the form in which they are read. */
import { consecutive } from '../../util/consecutive';
import { push } from '../../util/lists';
import { isSquare } from '../request/captures';
import { captureHeads } from './captureHeads';
import type { CaptureHere, Ctx } from './context';
import type { Slot } from './slots';
import { capturedRows, copyOut, place } from './result';

export function capture(ctx: Ctx, key: string, slot: Slot): void {
  captureAll(ctx, key, ctx.sites.captures.get(key) ?? [], slot);
}

/** `name` names these rows of this tensor. */
export function captureAll(ctx: Ctx, name: string, all: readonly CaptureHere[], slot: Slot): void {
  const byHeads = new Map<string, CaptureHere[]>();
  for (const here of all) {
    if (isWhole(here, slot)) captureRows(ctx, here, slot);
    else push(byHeads, here.capture.heads?.join() ?? 'all', here);
  }
  for (const [heads, captures] of byHeads) captureHeads(ctx, `${name}.${heads}`, captures, slot);
}

/** Whether the requested rows are already in that form in the tensor. */
function isWhole({ capture }: CaptureHere, { stride, width }: Slot): boolean {
  return stride === width && capture.heads === null && !isSquare(capture);
}

function captureRows(ctx: Ctx, here: CaptureHere, { tensor, stride }: Slot): void {
  const to = place(ctx, here);
  for (const { first, count, index } of consecutive(capturedRows(ctx, here)))
    copyOut(ctx, tensor, [first, count], stride, to + 4 * stride * index);
}
