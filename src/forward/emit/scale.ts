/** Scales the outputs of attention and MLP before they are added to the stream. */
import { type Ctx, dispatch } from './context';

/** Multiplies rows of `width` columns by the model's `residScale`, in place, unless it is 1. */
export function scaleOutput(ctx: Ctx, label: string, tensor: string, width: number): void {
  const { residScale } = ctx.spec;
  if (residScale === 1) return;
  const params = { row0: 0, rows: ctx.rows.count, width, scale: residScale, cap: 0 };
  dispatch(ctx, 'scale', { label: `${label} scale`, buffers: [tensor], params });
}
