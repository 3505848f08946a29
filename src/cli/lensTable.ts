/** A lens as a table: how far each layer's matrix is from the logit lens, J = I, and from another lens. */
import type { OpenedLens } from '../load/lens';
import { dot } from '../util/dot';
import { maxOf } from '../util/lists';

/** `against`: a second lens of the same model, e.g. of the other half of the texts. */
export function lensTable({ lens, corpus, stored }: OpenedLens, against: OpenedLens | null): string[] {
  const { title, dModel, layers, prompts, skipFirst, sha256, matrices } = lens;
  const left = skipFirst === null ? 'not said' : String(skipFirst);
  const rows = layers.map((layer) => [
    ...rowOf(layer, matrices.get(layer)!, dModel),
    ...(against ? beside(matrices.get(layer)!, against.lens.matrices.get(layer)) : []),
  ]);
  const head = ['layer', 'norm', 'mean diagonal', '|J - I| / |I|'];
  const table = [[...head, ...(against ? ['cosine', '|J - K| / |J|'] : [])], ...rows];
  const widths = table[0]!.map((_, i) => maxOf(table.map((row) => row[i]!.length)));
  return [
    `${title}: a Jacobian lens, ${layers.length} matrices of ${dModel} x ${dModel} (${stored}), ${sha256.slice(0, 8)}`,
    `fitted on ${prompts} texts${corpus === null ? '' : ` (${corpus})`}; first positions left out: ${left}`,
    ...table.map((row) => row.map((text, i) => text.padStart(widths[i]!)).join('  ')),
  ];
}

function rowOf(layer: number, matrix: Float32Array, D: number): string[] {
  let [squares, diagonal, off] = [0, 0, 0];
  for (let i = 0; i < D; i++)
    for (let j = 0; j < D; j++) {
      const value = matrix[i * D + j]!;
      squares += value ** 2;
      off += (value - Number(i === j)) ** 2;
      if (i === j) diagonal += value / D;
    }
  return [String(layer), ...[Math.sqrt(squares), diagonal, Math.sqrt(off / D)].map((x) => x.toPrecision(3))];
}

/** The cosine of two matrices as vectors, and the size of their difference. */
function beside(a: Float32Array, b: Float32Array | undefined): string[] {
  if (b?.length !== a.length) return ['-', '-'];
  const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)];
  return [ab / Math.sqrt(aa * bb), Math.sqrt(Math.max(0, aa + bb - 2 * ab) / aa)].map((x) =>
    x.toPrecision(3),
  );
}
