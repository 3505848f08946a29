/** The derivative of cut edges: the sender loses its share of the receiver's gradient. */
import type { ResolvedCut, ResolvedEdit } from '../../request/resolved';
import { neuronDirection, sendingColumn } from '../cuts';
import type { Pass } from '../pass';

/** The gradient of a sender's tensor so far, [T, width]; zeros at first. */
export type Arriving = (site: string) => Float64Array;

/**
 * g [T, width]: the gradient at the receiver, which a cut passes on unchanged. A replacement is of
 * another run, or a constant.
 */
export function cutBackward(
  edit: ResolvedEdit & { readonly cut: ResolvedCut },
  g: Float64Array,
  width: number,
  { spec, weight }: Pick<Pass, 'spec' | 'weight'>,
  arriving: Arriving,
): void {
  const { terms, share } = edit.cut;
  const [[begin, end]] = edit.spans as [readonly [number, number]];
  for (const term of terms) {
    const sent = arriving(term.key);
    for (const row of edit.rows) {
      const cells = g.subarray(row * width + begin, row * width + end);
      for (const column of term.columns) {
        const first = sendingColumn(term, column, row, spec);
        if (term.isNeuron) {
          const direction = neuronDirection(term, column, { spec, weight });
          sent[first]! -= share * direction.reduce((dot, w, d) => dot + w * cells[d]!, 0);
        } else for (let d = 0; d < cells.length; d++) sent[first + d]! -= share * cells[d]!;
      }
    }
  }
}
