/** Copies captured values to the result, in the form in which they are read. */
import { consecutive } from '../../util/consecutive';
import { push } from '../../util/lists';
import { isSquare } from '../request/captures';
import { captureHeads } from './captureHeads';
import { type CaptureHere, type Ctx, declare, dispatch, table } from './context';
import type { Slot } from './slots';
import { capturedRows, copyOut, place } from './result';
import { samplesOf } from './rows';

export function capture(ctx: Ctx, key: string, slot: Slot): void {
  captureAll(ctx, key, ctx.sites.captures.get(key) ?? [], slot);
}

/** `name` names these rows of this tensor. */
export function captureAll(ctx: Ctx, name: string, all: readonly CaptureHere[], slot: Slot): void {
  const byHeads = new Map<string, CaptureHere[]>();
  for (const here of all) {
    if (here.capture.isMean) captureMean(ctx, name, here, slot);
    else if (isWhole(here, slot)) captureRows(ctx, here, slot);
    else push(byHeads, here.capture.heads?.join() ?? 'all', here);
  }
  for (const [heads, captures] of byHeads) captureHeads(ctx, `${name}.${heads}`, captures, slot);
}

/** One row per sample. */
function captureMean(ctx: Ctx, name: string, here: CaptureHere, { tensor, stride, col, width }: Slot): void {
  const list = capturedRows(ctx, here);
  const rows = samplesOf(here.member);
  const means = declare(ctx, `means.${rows * width}`, 'scratch', rows * width);
  dispatch(ctx, 'mean_rows', {
    label: `mean of ${name}`,
    buffers: [table(ctx, `mean.${list.join()}`, () => Uint32Array.from(list)), tensor, means],
    params: { row0: 0, rows, count: list.length / rows, width, stride, col },
  });
  copyOut(ctx, means, [0, rows], width, place(ctx, here));
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
