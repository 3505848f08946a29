/** What a sweep reads back: one buffer, filled by copies. */
import { capturedShape } from '../request/captures';
import type { CaptureHere, Ctx } from './context';
import { rowsOf, samplesOf } from './rows';

/** The rows requested by a capture, sample by sample. */
export function capturedRows(ctx: Ctx, { member, capture }: CaptureHere): number[] {
  return rowsOf(ctx.rows, member, capture.rows ?? member.run.tokens.map((_, t) => t));
}

/** Reserves the next bytes of the result for all samples of a capture; returns their start. */
export function place({ spec, result }: Ctx, { member, capture, isGradient }: CaptureHere): number {
  const { run, begin, end } = member;
  const shape = capturedShape(spec, capture, run.tokens.length);
  const offset = result.bytes;
  const list = isGradient ? result.gradients : result.captures;
  list.push({ run, samples: [begin, end], site: capture.site, offset, shape });
  result.bytes += 4 * samplesOf(member) * shape.reduce((product, length) => product * length, 1);
  return offset;
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
