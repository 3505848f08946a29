/** Decoding on the GPU: keys and values of past positions stay there, each step computes the new positions only. */
import { abortError } from '../request/abort';
import type { Decoding, DecodingOptions } from '../request/decoding';
import { type DecodingPlan, LOGITS, planStep, stepRanges } from '../plan/decoding';
import { closeWorkspace, executeSweep, type GpuModel, openWorkspace, type Workspace } from './run';

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
    for (const [s, tokens] of added.entries()) sequences[s]!.tokens = [...sequences[s]!.tokens, ...tokens];
    const logits: (Float32Array | null)[] = sequences.map(() => null);
    for (const ranges of stepRanges(plan.maxRows, sequences)) {
      const sweep = planStep(plan, ranges);
      const results = await executeSweep(sweep, this.model, this.workspace, () => {
        if (signal?.aborted) throw abortError();
      });
      for (const [s, { end }] of ranges.entries()) {
        sequences[s]!.filled = end;
        logits[s] = results[plan.runs[s]!.id]?.captures[LOGITS]?.data ?? logits[s]!;
      }
    }
    return logits;
  }

  close(): void {
    closeWorkspace(this.workspace);
  }
}
