/**
 * Edits of a subspace: one per vector of an orthogonal basis. Each edit leaves the components along
 * the other vectors unchanged, so in any order the list equals one edit of the whole subspace: x -
 * sum of (x.b)b/(b.b), or with a source v: x + sum of ((v-x).b)b/(b.b).
 */
import { dot } from '../../util/dot';
import type { Edit, EditSource } from './types';

/** Largest |cos| between two vectors that count as orthogonal. */
const ORTHOGONAL = 1e-6;

/**
 * Projects the subspace out or, given a source, sets the component in it to the source's. Throws if
 * the basis is not orthogonal.
 */
export function subspaceEdits(
  place: Pick<Edit, 'site' | 'rows' | 'head' | 'columns'>,
  basis: readonly (readonly number[])[],
  source?: EditSource,
): Edit[] {
  if (basis.length === 0) throw new Error('subspace: no vectors, expected a basis of at least one.');
  for (const [i, a] of basis.entries()) {
    if (a.length !== basis[0]!.length || !(dot(a, a) > 0)) {
      throw new Error(
        `subspace: vector ${i}, got ${a.length} numbers of length ${Math.sqrt(dot(a, a))}, ` +
          `expected ${basis[0]!.length} that are not all 0.`,
      );
    }
    for (const [j, b] of basis.slice(0, i).entries()) {
      const cos = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
      if (Math.abs(cos) <= ORTHOGONAL) continue;
      throw new Error(
        `subspace: vectors ${j} and ${i} are not orthogonal, got a cosine of ${cos.toPrecision(3)}, expected 0. ` +
          'Orthogonalise the basis first.',
      );
    }
  }
  return basis.map((vector) =>
    source
      ? { ...place, op: 'set_along', direction: vector, source }
      : { ...place, op: 'project_out', source: { kind: 'vector', values: vector } },
  );
}
