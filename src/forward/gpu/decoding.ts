/**
 * Decoding on the GPU: keys and values of past positions stay there, and each step computes only
 * the new positions.
 */
import { LOGITS } from '../../model/siteKinds';
import type { Decoding, DecodingOptions } from '../request/decoding';
import { type DecodingPlan, planStep, stepRanges } from '../plan/decoding';
import type { GpuModel } from './run';
import { runSweeps } from './sweeps';
import { closeWorkspace, openWorkspace, type Workspace } from './workspace';

export class GpuDecoding implements Decoding {
  private readonly sequences: { tokens: readonly number[]; filled: number }[];
  private readonly workspace: Workspace;

  constructor(
    private readonly plan: DecodingPlan,
    private readonly model: GpuModel,
  ) {
    this.sequences = plan.prompts.map((tokens) => ({ tokens, filled: 0 }));
    this.workspace = openWorkspace(model.gpu);
  }

  async extend(
    added: readonly (readonly number[])[],
    { signal }: DecodingOptions = {},
  ): Promise<(Float32Array | null)[]> {
    const { plan, sequences } = this;
    const { gpu: _, weights, ...split } = this.model;
    for (const [s, tokens] of added.entries()) sequences[s]!.tokens = [...sequences[s]!.tokens, ...tokens];
    const logits: (Float32Array | null)[] = sequences.map(() => null);
    for (const ranges of stepRanges(plan.maxRows, sequences)) {
      const work = { sweeps: [planStep(plan, ranges)], weights, split };
      await runSweeps(work, this.workspace, {
        signal,
        onRead: ([read]) => {
          for (const [s, { end }] of ranges.entries()) {
            sequences[s]!.filled = end;
            logits[s] = read![1][plan.runs[s]!.id]?.captures[LOGITS]?.data ?? logits[s]!;
          }
        },
      });
    }
    return logits;
  }

  close(): void {
    closeWorkspace(this.workspace);
  }
}
