/** One transformer block as steps. Rows enter before its attention and before its MLP. */
import { isEmptyStage } from '../plan/stages';
import { attention } from './attention';
import type { Ctx } from './context';
import { enter } from './enter';
import { mlp } from './mlp';

export function block(ctx: Ctx, l: number): void {
  const { lastStage } = ctx.sweep;
  if (2 * l <= lastStage && enter(ctx, 2 * l)) attention(ctx, l);
  const stage = 2 * l + 1;
  if (stage <= lastStage && !isEmptyStage(ctx.spec, stage) && enter(ctx, stage)) mlp(ctx, l);
}
