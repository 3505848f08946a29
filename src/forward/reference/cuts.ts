/** Cut edges in float64: what a receiver reads of its senders is replaced. */
import { rowLayout } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { cutRuns, type ResolvedEdit, type Term } from '../request/resolved';
import type { Kept } from './edits';
import type { WeightReader } from './pass';

/** What cut edges read: the contributions of this run and of earlier ones. */
interface Contributions {
  readonly run: string;
  readonly kept: Kept;
  readonly spec: ModelSpec;
  readonly weight: WeightReader;
}

/** Changes the receiver's input x [T, width] in place. */
export function applyCut(edit: ResolvedEdit, x: Float64Array, width: number, from: Contributions): void {
  const { terms, share, source } = edit.cut!;
  const others = cutRuns(edit.cut!);
  const [[begin, end]] = edit.spans as [readonly [number, number]];
  for (const row of edit.rows) {
    const cells = x.subarray(row * width + begin, row * width + end);
    for (const term of terms) {
      for (const column of term.columns) {
        const own = contribution(term, column, from.run, row, from);
        const replacements = others.map((id) => contribution(term, column, id, row, from));
        for (let d = 0; d < cells.length; d++) {
          let sum = 0;
          for (const values of replacements) sum += values[d]!;
          const replacement = source.kind === 'constant' ? source.value : sum / replacements.length;
          cells[d]! += share * (replacement - own[d]!);
        }
      }
    }
  }
}

/** What a sender adds to one row of the stream, [D], in one run. */
function contribution(
  { key, site, isNeuron }: Term,
  column: number,
  run: string,
  row: number,
  { kept, spec, weight }: Contributions,
): Float64Array {
  const values = kept.get(`${run}/${key}`)!;
  const { dModel: D, dMlp: M, orientation } = spec;
  if (isNeuron) {
    const W_out = weight(`blocks.${site.layer}.mlp.W_out`);
    const at = (d: number) => (orientation === 'in-out' ? column * D + d : d * M + column);
    return Float64Array.from({ length: D }, (_, d) => values[row * M + column]! * W_out[at(d)]!);
  }
  const { heads, perHead } = rowLayout(spec, site, 1);
  const first = row * heads * perHead + column;
  return values.subarray(first, first + D);
}
