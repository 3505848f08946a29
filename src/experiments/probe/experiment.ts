/**
 * Linear probes with controls (Alain & Bengio 2016; Hewitt & Liang 2019): is a class linearly
 * readable on held-out cases, better than chance and shuffled labels? A readable class need not be
 * used: does moving the state along the probe move the answer more than a random direction?
 */
import type { Edit, Run } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import { randomDirection } from '../common/directions';
import { GRIDS } from '../common/grids';
import { metricRow, metricValue } from '../common/metric';
import { rowsOf } from '../common/rows';
import { study } from '../contract/study';
import { figuresOf, findingOf, type PushNumbers } from './figures';
import { checkProbe, classNames, fields, KIND, probeNeeds, type ProbeSpec, splitOf } from './spec';
import { prepareProbes, type TrainedLayer } from './training';

/** Direction 0 is the probe's; the others are random. */
const runId = (layer: number, direction: number): string => `${layer}.${direction}`;
const isPushed = (spec: ProbeSpec, i: number) => spec.causal !== 'none' && splitOf(spec).held.includes(i);

export const probeExperiment = study<
  typeof fields,
  PushNumbers,
  readonly (readonly number[])[],
  readonly TrainedLayer[]
>({
  kind: KIND,
  about: {
    title: 'Linear probe',
    asks: 'Can this property be read off a state, and does the answer follow it?',
    group: 'part',
    short: 'What is readable?',
    mediators: ['direction'],
    search: 'supervised',
    interventions: ['steer', 'swap'],
    limits:
      'A probe shows that something can be read, not that the model reads it; the causal check shows an effect of the direction, not of nothing else along it.',
    docs: 'probe.md',
    citation: {
      text: 'Hewitt & Liang, Designing and interpreting probes with control tasks (2019)',
      url: 'https://arxiv.org/abs/1909.03368',
    },
    needs: { cases: 4 },
  },
  fields,
  requires: probeNeeds,
  check: checkProbe,
  prepare: prepareProbes,
  plan(spec, model, i, trained) {
    const one = spec.cases[i]!;
    const metric = metricRow(one);
    const runs: Run[] = [{ id: 'clean', tokens: one.tokens, metric }];
    if (!isPushed(spec, i)) return runs;
    if (spec.causal === 'patch') runs.push({ id: 'corrupted', tokens: one.corrupted!.tokens, metric });
    const base = spec.causal === 'patch' ? 'corrupted' : 'clean';
    for (const [l, layer] of spec.layers.entries()) {
      for (let direction = 0; direction <= spec.controls; direction++) {
        const edits = [pushEdit(spec, model, i, trained[l]!, layer, direction)];
        runs.push({ id: runId(layer, direction), base, edits, metric, unit: 'pushed' });
      }
    }
    return runs;
  },
  doing: (unit) => (unit === '' ? 'clean runs' : 'moving states along the probes'),
  measure(spec, _model, i, { runs }) {
    if (!isPushed(spec, i)) return { changes: null };
    if (!runs[runId(spec.layers.at(-1)!, spec.controls)]) return null;
    const value = (id: string) => metricValue(spec.metric, runs[id]!.metric!);
    const start = value(spec.causal === 'patch' ? 'corrupted' : 'clean');
    const changes = spec.layers.map((layer) =>
      Array.from({ length: 1 + spec.controls }, (_, direction) => value(runId(layer, direction)) - start),
    );
    return { changes };
  },
  found(spec, cases, _context, trained) {
    const pushed = cases.flatMap(({ i, numbers }) =>
      numbers.changes ? [{ i, changes: numbers.changes }] : [],
    );
    const { train, held } = splitOf(spec);
    const notes = [
      `${train.length} cases for training, ${held.length} held out; classes ${classNames(spec).join(', ')}; cases of one subject are on one side.`,
    ];
    return { finding: findingOf(spec, trained, pushed), notes, figures: figuresOf(spec, trained, pushed) };
  },
});

/** Moves case i's state along the probe's direction, or equally far along a random one. */
function pushEdit(
  spec: ProbeSpec,
  model: ModelSpec,
  i: number,
  { next }: TrainedLayer,
  layer: number,
  index: number,
): Edit {
  const one = spec.cases[i]!;
  const own = next[classNames(spec).indexOf(spec.classes[i]!)]!;
  const direction = index === 0 ? own.direction : randomDirection(spec.seed, index - 1, model.dModel, 1);
  const at = { site: GRIDS[spec.site].site(model, layer), rows: rowsOf(spec.position, one, KIND) };
  if (spec.causal === 'patch')
    return { ...at, op: 'set_along', direction, source: { kind: 'run', run: 'clean' } };
  return { ...at, op: 'add', alpha: own.distance, source: { kind: 'vector', values: direction } };
}
