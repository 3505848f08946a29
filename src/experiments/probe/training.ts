/** The probes of every layer, trained before any push: accuracy, controls, and directions. */
import { RandomState } from '../../util/random';
import { shuffled } from '../../util/shuffled';
import { lengthOf, scaledTo } from '../common/directions';
import { GRIDS } from '../common/grids';
import { rowsOf } from '../common/rows';
import type { Experiment } from '../experiment';
import { dot } from '../../util/dot';
import { fitRidge, meanOf, predict } from './ridge';
import { classNames, KIND, type ProbeSpec, splitOf } from './spec';
import { quoted } from '../../util/parse';

export interface TrainedLayer {
  /** Right predictions among held-out and training cases. */
  readonly held: number;
  readonly trained: number;
  /** Right held-out predictions of each probe trained on shuffled labels. */
  readonly shuffled: readonly number[];
  /**
   * By class: the unit direction to the next class (difference of weights), and the distance
   * between the training means along it.
   */
  readonly next: readonly { readonly direction: readonly number[]; readonly distance: number }[];
}

/** Each case's state at every layer, [layer][D]. */
type Observed = readonly (readonly number[])[];

type Prepare = NonNullable<Experiment<ProbeSpec, unknown, Observed, readonly TrainedLayer[]>['prepare']>;

export const prepareProbes: Prepare = {
  cases: (spec) => spec.cases.length,
  plan(spec, model, i) {
    const one = spec.cases[i]!;
    const rows = rowsOf(spec.position, one, KIND);
    const captures = spec.layers.map((layer) => ({ site: GRIDS[spec.site].site(model, layer), rows }));
    return [{ id: 'prompt', tokens: one.tokens, captures }];
  },
  measure: (spec, model, _i, { runs }) =>
    spec.layers.map((layer) => [...runs.prompt!.captures[GRIDS[spec.site].site(model, layer)]!.data]),
  reduce: (spec, _model, observed) =>
    spec.layers.map((_, l) =>
      trainLayer(
        spec,
        observed.map((states) => states[l]!),
      ),
    ),
  blank(spec, { dModel }) {
    const direction = scaledTo(new Float64Array(dModel).fill(1), 1);
    const next = classNames(spec).map(() => ({ direction, distance: 1 }));
    return spec.layers.map(() => ({ held: 0, trained: 0, shuffled: [], next }));
  },
};

/** `x[i]`: case i's state, [D]. */
export function trainLayer(spec: ProbeSpec, x: readonly (readonly number[])[]): TrainedLayer {
  const names = classNames(spec);
  const labels = spec.classes.map((name) => names.indexOf(name));
  const { train, held } = splitOf(spec);
  const trainX = train.map((i) => x[i]!);
  const trainLabels = train.map((i) => labels[i]!);
  const probe = fitRidge(trainX, trainLabels, names.length, spec.lambda);
  const right = (of: typeof probe, cases: readonly number[]) =>
    cases.filter((i) => predict(of, x[i]!) === labels[i]).length;
  const random = new RandomState(spec.seed);
  const means = names.map((_, c) => meanOf(trainX.filter((_x, i) => trainLabels[i] === c)));
  return {
    held: right(probe, held),
    trained: right(probe, train),
    shuffled: Array.from({ length: spec.shuffles }, () =>
      right(fitRidge(trainX, shuffled(trainLabels, random), names.length, spec.lambda), held),
    ),
    next: names.map((_, c) => {
      const other = (c + 1) % names.length;
      const difference = probe.weights[other]!.map((w, d) => w - probe.weights[c]![d]!);
      if (!(lengthOf(difference) > 0))
        throw new Error(
          `${KIND}: classes: cannot be told apart, got the same state for ${quoted(names[c]!)} and ${quoted(names[other]!)}.`,
        );
      const direction = scaledTo(difference, 1);
      return { direction, distance: dot(means[other]!, direction) - dot(means[c]!, direction) };
    }),
  };
}
