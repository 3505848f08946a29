/** The states of a question carried through its Jacobian lens, before they are read. */
import { lensWeight } from '../../model/lens';
import { blockOutput } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { MOST } from '../../util/bounds';
import { lensWeights, transported } from '../common/lens';
import { expectThat } from '../common/parse';
import { rowsAndAnswer } from '../common/rows';
import type { Experiment } from '../experiment';
import type { Asked } from './readings';

/** J h by layer, [rows, D]. */
export type Transported = Readonly<Record<string, readonly number[]>>;

export const readsLens = ({ states }: Pick<Asked, 'states'>): boolean => states.includes('jacobian');

const layersOf = (spec: Asked, model: ModelSpec): readonly number[] =>
  readsLens(spec) ? spec.lens!.layers.filter((layer) => layer < model.nLayers - 1) : [];

const rowsOfCase = (spec: Asked, i: number): readonly number[] =>
  rowsAndAnswer(spec.positions, spec.cases[i]!, 'positions');

/** All cases' states wait in memory until they are read. */
export function checkNumbers(where: string, spec: Asked, model: ModelSpec): void {
  const rows = spec.cases.reduce((sum, _, i) => sum + rowsOfCase(spec, i).length, 0);
  const numbers = rows * layersOf(spec, model).length * model.dModel;
  const most = MOST.lensNumbers;
  const expected = `at most ${most} through the Jacobian lens: read at the answer alone, or fewer prompts`;
  expectThat(numbers <= most, `${where}: positions`, `${numbers} numbers`, expected);
}

type Prepare = NonNullable<Experiment<Asked, unknown, Transported, readonly Transported[]>['prepare']>;

export const prepareStates: Prepare = {
  cases: (spec) => (readsLens(spec) ? spec.cases.length : 0),
  weights: (spec, model) => lensWeights(layersOf(spec, model)),
  plan: (spec, model, i) => {
    const rows = rowsOfCase(spec, i);
    const captures = layersOf(spec, model).map((layer) => ({ site: blockOutput(model, layer), rows }));
    return [{ id: 'prompt', tokens: spec.cases[i]!.tokens, captures }];
  },
  doing: () => 'states for the Jacobian lens',
  measure: (spec, model, _i, { runs, weights }) =>
    Object.fromEntries(
      layersOf(spec, model).map((layer) => {
        const { data } = runs.prompt!.captures[blockOutput(model, layer)]!;
        return [layer, transported(weights[lensWeight(layer)]!, data, model.dModel)];
      }),
    ),
  reduce: (_spec, _model, observed) => observed,
  blank: (spec, model) =>
    spec.cases.map((_, i) => {
      const ones = new Array<number>(rowsOfCase(spec, i).length * model.dModel).fill(1);
      return Object.fromEntries(layersOf(spec, model).map((layer) => [layer, ones]));
    }),
};
