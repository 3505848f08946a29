/** The direction, computed first: a mean over prompts, an unembedding column, or given. */
import type { Run } from '../../forward/request/types';
import { lengthOf, scaledTo } from '../common/directions';
import { GRIDS } from '../common/grids';
import { unembedding } from '../common/streamMatrix';
import type { Experiment } from '../experiment';
import { fitRidge, meanOf } from '../probe/ridge';
import { KIND, type SteeringSpec } from './spec';

/** One direction [D] per steered layer. */
export type Directions = readonly (readonly number[])[];

/** Each layer's direction by one prompt, or by the unembedding. */
type Observed = Directions;

/** Prompts to average, `towards` first; if there are none, one short run stands in. */
function promptsOf({ direction, cases }: SteeringSpec): readonly { readonly tokens: readonly number[] }[] {
  if (direction.from === 'means' || direction.from === 'probe')
    return [...direction.towards, ...direction.away];
  return [{ tokens: cases[0]!.tokens.slice(0, 1) }];
}

type Prepare = NonNullable<Experiment<SteeringSpec, unknown, Observed, Directions>['prepare']>;

export const prepareDirections: Prepare = {
  cases: (spec) => promptsOf(spec).length,
  weights: ({ direction }, model) => (direction.from === 'unembedding' ? [unembedding(model)] : []),
  plan(spec, model, i): Run[] {
    const { tokens } = promptsOf(spec)[i]!;
    const { direction, layers, site } = spec;
    if (direction.from !== 'means' && direction.from !== 'probe') return [{ id: 'prompt', tokens }];
    const rows = direction.read === 'last' ? [tokens.length - 1] : [...tokens.keys()];
    const captures = layers.map((layer) => ({ site: GRIDS[site].site(model, layer), rows }));
    return [{ id: 'prompt', tokens, captures }];
  },
  measure({ direction, layers, site }, model, _i, { runs, weights }) {
    const D = model.dModel;
    if (direction.from === 'vector') return layers.map(() => direction.values);
    if (direction.from === 'unembedding') {
      const table = weights[unembedding(model)]!;
      const { towards, away } = direction;
      const column = Array.from(
        { length: D },
        (_, d) => table[towards.id * D + d]! - table[away.id * D + d]!,
      );
      return layers.map(() => column);
    }
    return layers.map((layer) => {
      const { data } = runs.prompt!.captures[GRIDS[site].site(model, layer)]!;
      const rows = Array.from({ length: data.length / D }, (_, r) => data.subarray(r * D, (r + 1) * D));
      return [...meanOf(rows)];
    });
  },
  reduce({ direction, layers, unit }, _model, observed) {
    return layers.map((layer, l) => {
      const vector = vectorOf(
        direction,
        observed.map((one) => one[l]!),
      );
      if (!(lengthOf(vector) > 0))
        throw new Error(
          `${KIND}: direction: has no length, got the same state in layer ${layer} for both sets, expected prompts that differ there.`,
        );
      return unit ? scaledTo(vector, 1) : vector;
    });
  },
  blank: ({ layers }, { dModel }) => layers.map(() => Array.from({ length: dModel }, () => 1)),
};

/** [D], from the prompts' states (`towards` first) or their stand-in. */
function vectorOf(direction: SteeringSpec['direction'], states: readonly (readonly number[])[]): number[] {
  if (direction.from !== 'means' && direction.from !== 'probe') return [...states[0]!];
  const n = direction.towards.length;
  const [towards, away] =
    direction.from === 'means'
      ? [meanOf(states.slice(0, n)), meanOf(states.slice(n))]
      : fitRidge(
          states,
          states.map((_, i) => Number(i >= n)),
          2,
          direction.lambda,
        ).weights;
  return Array.from(towards!, (x, d) => x - away![d]!);
}
