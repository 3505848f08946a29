/** Where a branch (attention, MLP) has norms. */
import type { ModelSpec } from './spec';

/** Whether a branch begins with a norm. */
export const isNormedBefore = ({ placement }: Pick<ModelSpec, 'placement'>): boolean =>
  placement === 'pre' || placement === 'sandwich';

/** The norm at the end of the branch whose own norm is `name`, e.g. 'blocks.0.ln1'; null for none. */
export function nameAfter({ placement }: Pick<ModelSpec, 'placement'>, name: string): string | null {
  if (placement === 'sandwich') return `${name}_post`;
  return placement === 'branch-end' ? name : null;
}
