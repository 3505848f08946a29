/**
 * Keeps plans as long as their lists of runs, so that estimating runs and then running the same
 * list plans only once.
 */
import type { EmitOptions } from '../forward/emit/context';
import { planning } from '../forward/plan/plan';
import type { Plan } from '../forward/plan/steps';
import type { Run } from '../forward/request/types';
import type { ForwardRequest, Reuse } from '../forward/request/contract';
import type { ModelSpec } from '../model/spec';
import { breathing } from '../util/breathe';

export class Plans {
  private readonly known = new WeakMap<
    readonly Run[],
    { readonly reuse: Reuse; readonly plan: Promise<Plan> }
  >();

  constructor(
    private readonly spec: ModelSpec,
    readonly options: EmitOptions,
  ) {}

  /** Plans in pieces, so that `signal` works. Rejects with its reason, or for a bad request. */
  async of(request: ForwardRequest, signal?: AbortSignal): Promise<Plan> {
    const { runs, reuse } = request;
    const known = this.known.get(runs);
    if (known?.reuse === reuse) {
      // The first caller may have cancelled; only that caller gets its error.
      const plan = await known.plan.catch(() => null);
      if (plan) return plan;
      signal?.throwIfAborted();
    }
    const plan = breathing(planning(this.spec, request, this.options), signal);
    this.known.set(runs, { reuse, plan });
    return plan;
  }
}
