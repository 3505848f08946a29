/** The measured cases, by name. */
import { estimateRun } from '../../src/engine/estimate';
import { measureStage } from '../../src/engine/measureStage';
import { runExperiment } from '../../src/engine/running';
import type { StubModel, StubModelName, StubModelOptions } from '../../src/engine/testing/stubModel';
import { acdcGraph, type Asked, averageTrace, threeKindTrace } from '../../src/engine/testing/stubQuestions';
import { sweepRows, traceFormula, traceRows } from '../../src/engine/testing/traceFormula';
import type { GraphSpec } from '../../src/experiments/graph/spec';
import { edgeCount } from '../../src/model/edges';
import { range } from '../../src/util/range';
import { attentionMaps } from './maps';
import type { Figures, Meter } from './meter';
import { plannedTables } from './pure';
import { acdcWave, graphOrder, PLACES } from '../../src/experiments/graph/testing/wave';

const DRAWS = 10;

export interface Case {
  readonly name: string;
  readonly title: string;
  readonly model: StubModelName;
  readonly options?: StubModelOptions;
  /** Measured only if named: it takes long, or shows how costs grow. */
  readonly isAside?: boolean;
  /** Unmeasured preparation, such as parsing the question; returns the measured work. */
  prepare(model: StubModel, meter: Meter): () => Promise<Figures['said']>;
}

/** 20 prompts with lengths like those of ROME's known facts, about 5 to 12 tokens. */
const FACTS = range(0, 20).map((i) => 5 + ((7 * i) % 8));

const titles: Readonly<Record<StubModelName, string>> = {
  'gpt2-small': 'GPT-2 small',
  'gpt2-xl': 'GPT-2 XL',
  'llama-3.2-1b': 'Llama-3.2-1B, f16',
  'narrow-6': 'L = 6, d = 64',
  'narrow-12': 'L = 12, d = 64',
  'narrow-24': 'L = 24, d = 64',
  'narrow-48': 'L = 48, d = 64',
};

const shapes: readonly { model: StubModelName; T: number; options?: StubModelOptions; isAside?: boolean }[] =
  [
    { model: 'gpt2-small', T: 10 },
    { model: 'gpt2-small', T: 64 },
    { model: 'gpt2-xl', T: 10 },
    { model: 'gpt2-xl', T: 64, isAside: true },
    { model: 'llama-3.2-1b', T: 10, options: { format: 'f16' } },
    { model: 'llama-3.2-1b', T: 64, options: { format: 'f16' } },
  ];

const planned: readonly { model: StubModelName; T: number; isAside?: boolean }[] = [
  { model: 'narrow-24', T: 41 },
  { model: 'narrow-48', T: 41, isAside: true },
  { model: 'narrow-6', T: 81 },
  { model: 'narrow-24', T: 81, isAside: true },
];

export const cases: readonly Case[] = [
  ...shapes.map(
    (shape): Case => ({
      ...shape,
      name: `trace-${shape.model}-${shape.T}`,
      title: `Trace, ${titles[shape.model]}, T = ${shape.T}`,
      prepare: (model, meter) => wholeRun(threeKindTrace(model.spec, shape.T, DRAWS), model, meter),
    }),
  ),
  {
    name: 'keystroke',
    title: 'Estimate after a keystroke, GPT-2 small, T = 10',
    model: 'gpt2-small',
    prepare({ spec, running }, meter) {
      const asked = threeKindTrace(spec, 10, DRAWS);
      return async () => {
        const { forwards, flops } = await estimateRun(asked, running);
        meter.estimated();
        return { forwards, gflop: flops / 1e9 };
      };
    },
  },
  {
    name: 'average',
    title: 'Average trace, GPT-2 small, the first 20 facts',
    model: 'gpt2-small',
    prepare: (model, meter) => facts(FACTS.length, model, meter),
  },
  ...(Object.keys(PLACES) as (keyof typeof PLACES)[]).map(
    (place): Case => ({
      name: `acdc-${place}`,
      title: `ACDC, GPT-2 small, T = 10, a wave of 64 at the ${place}`,
      model: 'gpt2-small',
      prepare: (model, meter) => wave(place, model, meter),
    }),
  ),
  {
    name: 'maps',
    title: 'Attention maps, GPT-2 small, T = 1024',
    model: 'gpt2-small',
    prepare: (model) => () => attentionMaps(model, 1024),
  },
  ...planned.map(
    (shape): Case => ({
      ...shape,
      name: `plan-${shape.model}-${shape.T}`,
      title: `Plan alone, ${titles[shape.model]}, T = ${shape.T}`,
      prepare({ spec }, meter) {
        const { experiment, spec: asked } = threeKindTrace(spec, shape.T, DRAWS);
        return async () =>
          meter.timed('plan', () => plannedTables(spec, experiment.plan(asked, spec, 0, null)))();
      },
    }),
  ),
  ...growth(),
];

/** Varies one size at a time: a trace of GPT-2 small, T = 10, ten draws. */
function growth(): Case[] {
  const one = (what: string, size: number, model: StubModelName, prepare: Case['prepare']): Case => ({
    name: `grow-${what}-${size}`,
    title: `${what} ${size}`,
    model,
    isAside: true,
    prepare,
  });
  const trace =
    (T: number, draws: number): Case['prepare'] =>
    (model, meter) => {
      const work = wholeRun(threeKindTrace(model.spec, T, draws), model, meter);
      return async () => ({ ...(await work()), formula: traceFormula(model.spec, T, 1, draws) / 1e9 });
    };
  return [
    ...[5, 10, 20, 40].map((T) => one('T', T, 'gpt2-small', trace(T, DRAWS))),
    ...([6, 12, 24, 48] as const).map((L) => one('L', L, `narrow-${L}`, trace(10, DRAWS))),
    ...[1, 3, 10, 30].map((draws) => one('draws', draws, 'gpt2-small', trace(10, draws))),
    ...[5, 10, 20, 40].map((n) => one('facts', n, 'gpt2-small', (model, meter) => facts(n, model, meter))),
    ...([6, 12, 24, 48] as const).map((L) =>
      one('edges', L, `narrow-${L}`, (model, meter) => wave('end', model, meter)),
    ),
  ];
}

function wholeRun({ experiment, spec }: Asked, model: StubModel, meter: Meter) {
  const onEvent = ({ type }: { readonly type: string }) => {
    if (type === 'planned') meter.estimated();
  };
  const options = { signal: new AbortController().signal, onEvent, store: null, key: '' };
  const asked = { experiment: meter.experiment(experiment), spec };
  return async () => {
    const { counters } = await runExperiment(asked, model.running, options);
    return { gflop: counters.flops / 1e9, naiveGflop: counters.naiveFlops / 1e9 };
  };
}

function facts(n: number, model: StubModel, meter: Meter) {
  const lengths = range(0, n).map((i) => FACTS[i % FACTS.length]!);
  const work = wholeRun(averageTrace(model.spec, lengths, DRAWS), model, meter);
  const rows = lengths.reduce((sum, T) => sum + traceRows(model.spec, T, 1, DRAWS), 0);
  return async () => ({ ...(await work()), rows, sweepsOfRows: Math.ceil(rows / sweepRows(model.spec)) });
}

function wave(place: keyof typeof PLACES, { spec, running }: StubModel, meter: Meter) {
  const asked = acdcGraph(spec, 10).spec as unknown as GraphSpec;
  const order = graphOrder(asked, spec);
  return async () => {
    const stage = meter.timed('plan', () => acdcWave(order, place))();
    const timed = {
      ...stage,
      plan: meter.timed('plan', stage.plan),
      measure: meter.timed('reduce', stage.measure),
    };
    await measureStage(timed, asked, running);
    return { edges: edgeCount(spec) };
  };
}
