/** Numbers of the directions that edits name, read before the cases. */
import type { ModelSpec } from '../../model/spec';
import { lengthOf, scaledTo } from '../common/directions';
import { unembedding } from '../common/streamMatrix';
import type { Experiment } from '../experiment';
import type { InterventionSpec } from './spec';
import { type Directions, directionOf } from './unembedding';

const rowName = (model: ModelSpec, id: number): string => `${unembedding(model)}[${id}]`;
const idsOf = ({ edits }: InterventionSpec): number[] =>
  edits.flatMap((edit) => {
    const { towards, away } = directionOf(edit) ?? {};
    return [towards, away].flatMap((token) => (token ? [token.id] : []));
  });

type Prepare = NonNullable<Experiment<InterventionSpec, unknown, Directions, Directions>['prepare']>;

/** Reads the rows; a run of one token stands in. */
export const prepareDirections: Prepare = {
  cases: (spec) => Math.min(1, idsOf(spec).length),
  weights: (spec, model) => [...new Set(idsOf(spec))].map((id) => rowName(model, id)),
  plan: ({ cases }) => [{ id: 'prompt', tokens: cases[0]!.tokens.slice(0, 1) }],
  measure: ({ edits }, model, _i, { weights }) =>
    edits.map((edit) => {
      const source = directionOf(edit);
      if (!source) return null;
      const { towards, away, length } = source;
      const [to, from] = [towards, away].map((token) => token && weights[rowName(model, token.id)]!);
      const vector = Array.from(to!, (x, d) => x - (from?.[d] ?? 0));
      return length === undefined || lengthOf(vector) === 0 ? vector : scaledTo(vector, length);
    }),
  reduce: (_spec, _model, [directions = []]) => directions,
  blank: ({ edits }, { dModel }) =>
    edits.map((edit) => (directionOf(edit) ? Array.from({ length: dModel }, () => 1) : null)),
};
