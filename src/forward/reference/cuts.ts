/** Cut edges in float64: replaces what a receiver reads from its senders. */
import { rowLayout } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import type { ResolvedEdit, Term } from '../request/resolved';
import type { CutSource } from '../request/types';
import type { WeightReader } from './pass';

/** The contributions that cut edges read, of this run and earlier ones. */
interface Contributions {
  readonly run: string;
  readonly kept: Map<string, Float64Array>;
  readonly spec: ModelSpec;
  readonly weight: WeightReader;
}

/** Changes the receiver's input x [T, width] in place. */
export function applyCut(edit: ResolvedEdit, x: Float64Array, width: number, from: Contributions): void {
  const { terms, share, source } = edit.cut!;
  const [[begin, end]] = edit.spans as [readonly [number, number]];
  for (const term of terms) {
    const other = source.kind === 'constant' ? null : replacingRun(source, term, from.kept);
    for (const row of edit.rows) {
      const cells = x.subarray(row * width + begin, row * width + end);
      for (const column of term.columns) {
        const own = contribution(term, column, from.run, row, from);
        const values = other === null ? null : contribution(term, column, other, row, from);
        for (let d = 0; d < cells.length; d++) {
          const replacement = source.kind === 'constant' ? source.value : values![d]!;
          cells[d]! += share * (replacement - own[d]!);
        }
      }
    }
  }
}

/**
 * The run that supplies the replacement. A mean's contributions are kept under a name of their own,
 * since a contribution is linear.
 */
function replacingRun(
  source: Exclude<CutSource, { readonly kind: 'constant' }>,
  { key }: Term,
  kept: Contributions['kept'],
): string {
  if (source.kind === 'run') return source.run;
  const name = `mean of ${source.runs.join(' and ')}`;
  if (!kept.has(`${name}/${key}`)) {
    const all = source.runs.map((run) => kept.get(`${run}/${key}`)!);
    const mean = all[0]!.map((_, i) => all.reduce((sum, one) => sum + one[i]!, 0) / all.length);
    kept.set(`${name}/${key}`, mean);
  }
  return name;
}

/** What a sender adds to one row of the stream, [D], in one run. */
function contribution(
  term: Term,
  column: number,
  run: string,
  row: number,
  { kept, spec, weight }: Contributions,
): Float64Array {
  const values = kept.get(`${run}/${term.key}`)!;
  const first = sendingColumn(term, column, row, spec);
  if (!term.isNeuron) return values.subarray(first, first + spec.dModel);
  return neuronDirection(term, column, { spec, weight }).map((w) => w * values[first]!);
}

/** Where a sender's contribution (a neuron's activation) begins in its tensor, in one row. */
export function sendingColumn({ site }: Term, column: number, row: number, spec: ModelSpec): number {
  const { heads, perHead } = rowLayout(spec, site, 1);
  return row * heads * perHead + column;
}

/** What a neuron adds to the stream per unit of its activation, [D]. */
export function neuronDirection(
  { site }: Term,
  column: number,
  { spec, weight }: Pick<Contributions, 'spec' | 'weight'>,
): Float64Array {
  const { dModel: D, dMlp: M, orientation, residScale } = spec;
  const W_out = weight(`blocks.${site.layer}.mlp.W_out`);
  const at = (d: number) => (orientation === 'in-out' ? column * D + d : d * M + column);
  return Float64Array.from({ length: D }, (_, d) => residScale * W_out[at(d)]!);
}
