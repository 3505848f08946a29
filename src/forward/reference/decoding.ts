/**
 * Decoding in float64, the oracle: every step is a full forward pass over everything so far.
 * Positions that do not exist yet hold a placeholder and are ignored; in a causal model they do not
 * affect earlier ones.
 */
import { LOGITS } from '../../model/siteKinds';
import type { ModelSpec } from '../../model/spec';
import { type Decoding, type DecodingOptions, type DecodingRequest, decodingRun } from '../request/decoding';
import { resolveRuns } from '../request/resolve';
import type { RunForward } from '../request/contract';
import { append } from '../../util/lists';

export class ReferenceDecoding implements Decoding {
  private readonly runs;
  private readonly sequences: { readonly tokens: number[]; computed: number }[];

  constructor(
    spec: ModelSpec,
    request: DecodingRequest,
    private readonly forward: RunForward,
  ) {
    this.runs = request.sequences.map((_, s) => decodingRun(spec, request, s));
    this.sequences = request.sequences.map(({ prompt }) => ({ tokens: [...prompt], computed: 0 }));
    resolveRuns(spec, this.runs);
  }

  async extend(
    added: readonly (readonly number[])[],
    options: DecodingOptions = {},
  ): Promise<(Float32Array | null)[]> {
    // Lets a cancel arrive between steps.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const logits: (Float32Array | null)[] = [];
    for (const [s, run] of this.runs.entries()) {
      const sequence = this.sequences[s]!;
      const { tokens } = sequence;
      append(tokens, added[s]!);
      if (tokens.length === sequence.computed) {
        logits.push(null);
        continue;
      }
      sequence.computed = tokens.length;
      const padded = run.tokens!.map((placeholder, t) => tokens[t] ?? placeholder);
      const captures = [{ site: LOGITS, rows: [tokens.length - 1] }];
      const { runs } = await this.forward(
        { runs: [{ ...run, tokens: padded, captures }], reuse: 'naive' },
        options,
      );
      logits.push(runs[run.id]!.captures[LOGITS]!.data);
    }
    return logits;
  }

  close(): void {}
}
