/** What attention and MLP put out becomes what they add to the stream. */
import { type Ctx, dispatch } from './context';

/** Rows of `width` columns times the model's `residScale`, in place; nothing where that is 1. */
export function scaleOutput(ctx: Ctx, label: string, tensor: string, width: number): void {
  const { residScale } = ctx.spec;
  if (residScale === 1) return;
  const params = { row0: 0, rows: ctx.rows.count, width, scale: residScale, cap: 0 };
  dispatch(ctx, 'scale', { label: `${label} scale`, buffers: [{ id: tensor }], params });
}
