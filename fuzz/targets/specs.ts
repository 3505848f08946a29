/** Specs of every experiment, and other programs' circuits that open as questions. */
import { circuitQuestion } from '../../src/share/graphs/imported';
import { readCircuit } from '../../src/share/graphs/read';
import { toEapIg } from '../../src/share/graphs/eapIg';
import { hasGraph } from '../../src/share/graphs/names';
import { toNeuronpedia } from '../../src/share/graphs/neuronpedia';
import { netExperimentOf } from '../../src/experiments/ofNets';
import { experimentOf } from '../../src/experiments/registry';
import { parseDocument } from '../../src/results/parse';
import { readShippedSet } from '../../src/cli/files';
import type { ResolveContext } from '../../src/experiments/common/prompt';
import { withCases } from '../../src/experiments/trace/flat';
import { builtinContext } from '../../src/experiments/testing/builtin';
import { documents, filesIn, jsonOf, ROOT } from '../corpus';
import { mutateObject } from '../mutate/json';
import { NOTHING_LOST, target } from '../target';

export const spec = target<object>({
  name: 'spec',
  seeds: () => documents().map((text) => (JSON.parse(text) as { spec: object }).spec),
  mutate: mutateObject,
  async run(json) {
    experimentOf(json as Record<string, unknown>).parseSpec(json);
    return NOTHING_LOST;
  },
});

/** What every question about a class of a net holds. */
const OF_A_NET = {
  model: { id: 'shapes', revision: 'local' },
  class: 0,
  name: 'red circle',
  preprocessing: {
    resize: { height: 48, width: 48 },
    resample: 'nearest',
    crop: null,
    scale: 1 / 255,
    mean: [0.5],
    std: [0.25],
  },
  images: [{ name: 'red circle/00.png', sha256: '0' }],
};
const CLASS_GRAPH = { ...OF_A_NET, kind: 'class-graph', rule: 'ahmad', beta: 0.1, seed: 1 };
const MAPS = {
  fill: 'grey',
  window: 25,
  stride: 8,
  samples: 300,
  seed: 1,
  grid: 7,
  keep: 0.5,
  segments: 20,
  compactness: 20,
  kernelWidth: 0.25,
};
const REMOVAL = {
  ...OF_A_NET,
  ...MAPS,
  kind: 'removal',
  removals: ['layer-mask', 'grey'],
  maps: ['occlusion', 'lime'],
  lipschitz: true,
  regions: ['..../.##./....'],
};

const OF_A_GENERATOR = { model: { id: 'scenes', revision: 'local' }, preprocessing: null, images: [] };
const CHANNEL = { name: 'red', site: 'image', channel: 0, above: 0 };
const MASKS = { name: 'left', masks: [{ rows: 2, columns: 2, runs: [0, 1, 1, 1, 1] }] };
const DISSECTION = {
  kind: 'dissection',
  ...OF_A_GENERATOR,
  site: 'relu3',
  concepts: ['dark'],
  channels: [CHANNEL],
  masks: [MASKS],
  cut: { by: 'quantile', share: 0.8 },
  insert: [0, 0, 0.5, 1],
};
const DOSES = {
  kind: 'dose-response',
  ...OF_A_GENERATOR,
  site: 'relu3',
  channel: 2,
  doses: [-1, 0, 1],
  outcome: 'column',
  concepts: ['red'],
  baselines: [0, 1],
  tones: [-1, 1],
};

export const netSpec = target<object>({
  name: 'net-spec',
  seeds: () => [
    CLASS_GRAPH,
    { ...CLASS_GRAPH, preprocessing: null, rule: 'paired', at: 'conv4', draws: 2, betas: [0.1] },
    DISSECTION,
    DOSES,
    { ...OF_A_NET, ...MAPS, kind: 'image-occlusion', method: 'rise', seeds: 3 },
    REMOVAL,
  ],
  mutate: mutateObject,
  async run(json) {
    const experiment = netExperimentOf(json as Record<string, unknown>);
    if (!experiment) throw new Error('spec: kind: no question about a net.');
    experiment.parseSpec(json);
    return NOTHING_LOST;
  },
});

const contexts = new Map<string, Promise<ResolveContext>>();

/** A built-in model's tokenizer and shape, opened once. */
function contextOf(id: string): Promise<ResolveContext> {
  const known = contexts.get(id) ?? builtinContext(id);
  contexts.set(id, known);
  return known;
}

/** With its prompt at the top, as flags ask. */
const FLAT = {
  prompt: 'The capital of France is',
  subjectRange: [5, 6],
  answer: 'Paris',
  noise: 's3',
  samples: 4,
  seed: 1,
};

/** Questions as typed, with texts where a spec has tokens. */
export const question = target<object>({
  name: 'question',
  seeds: () => [FLAT, ...filesIn('specs', '.json').map((path) => jsonOf(path) as object)],
  // One change each: most words of a question must fit the others.
  mutate: (json, random) => mutateObject(json, random, 1),
  async run(json) {
    const isPlanted = JSON.stringify(json).includes('planted');
    const context = await contextOf(isPlanted ? 'planted' : 'atlas');
    const asked = withCases(json as Record<string, unknown>);
    await experimentOf(asked).resolve(asked, {
      ...context,
      readSet: (name) => readShippedSet(ROOT, name),
      predict: async () => 1,
    });
    return NOTHING_LOST;
  },
});

/** Graphs of this repository in other programs' file formats. */
function circuits(): object[] {
  return documents().flatMap((text) => {
    const document = parseDocument(JSON.parse(text));
    if (!hasGraph(document) || document.graph.positions) return [];
    return [toEapIg, toNeuronpedia].flatMap((write) => {
      try {
        const file = JSON.parse(write(document)) as object;
        const found = readCircuit(file, 'seed')!;
        circuitQuestion(found, { ...found.shape, hasMlp: true });
        return [file];
      } catch {
        // The format cannot represent the graph, or no edge was kept.
        return [];
      }
    });
  });
}

export const circuit = target<object>({
  name: 'circuit',
  seeds: circuits,
  mutate: mutateObject,
  async run(json) {
    const found = readCircuit(json, 'circuit.json');
    if (found) circuitQuestion(found, { ...found.shape, hasMlp: true });
    return NOTHING_LOST;
  },
});
