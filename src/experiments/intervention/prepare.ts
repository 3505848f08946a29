/** Numbers of the vectors that edits name, read before the cases. */
import { lensWeight } from '../../model/lens';
import type { ModelSpec } from '../../model/spec';
import { lensWeights, pulledBack } from '../common/lens';
import { unembedding } from '../common/streamMatrix';
import type { Experiment } from '../experiment';
import type { Vectors } from './along';
import type { InterventionSpec } from './spec';
import { directionOf, layersRead } from './unembedding';

const rowName = (model: ModelSpec, id: number): string => `${unembedding(model)}[${id}]`;
const idsOf = ({ edits }: InterventionSpec): number[] =>
  edits.flatMap((edit) => {
    const { towards, away } = directionOf(edit) ?? {};
    return [towards, away].flatMap((token) => (token ? [token.id] : []));
  });

/** By edit; null for edits without a direction of the unembedding. */
export type EditVectors = readonly (Vectors | null)[];

type Prepare = NonNullable<Experiment<InterventionSpec, unknown, EditVectors, EditVectors>['prepare']>;

/** Reads the rows and matrices; a run of one token stands in. */
export const prepareVectors: Prepare = {
  cases: (spec) => Math.min(1, idsOf(spec).length),
  weights: (spec, model) => [
    ...[...new Set(idsOf(spec))].map((id) => rowName(model, id)),
    ...lensWeights(layersRead(spec.edits)),
  ],
  plan: ({ cases }) => [{ id: 'prompt', tokens: cases[0]!.tokens.slice(0, 1) }],
  measure: ({ edits }, model, _i, { weights }) =>
    edits.map((edit) => {
      const source = directionOf(edit);
      if (!source) return null;
      const vectorOf = ({ id }: { readonly id: number }): number[] => {
        const row = weights[rowName(model, id)]!;
        return source.lens === undefined ? [...row] : pulledBack(weights[lensWeight(source.lens)]!, row);
      };
      return { to: vectorOf(source.towards), from: source.away ? vectorOf(source.away) : null };
    }),
  reduce: (_spec, _model, [vectors = []]) => vectors,
  blank: ({ edits }, { dModel }) => {
    const [to, from] = [1, -1].map((sign) => Array.from({ length: dModel }, (_, d) => (d % 2 ? sign : 1)));
    return edits.map((edit) => (directionOf(edit) ? { to: to!, from: from! } : null));
  },
};
