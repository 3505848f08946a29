/** The golden study with other contents. */
import { readFileSync } from 'node:fs';
import { type CircuitShape, sampleCircuit } from '../src/results/testing/sampleCircuit';

const golden = JSON.parse(readFileSync('src/results/golden/study-v1.json', 'utf8'));

/** A graph instead of its figures. */
export function graphDocument(shape: CircuitShape, seed = 1): object {
  const { version, model, bos, cases, metric, onlyKnown } = golden.spec;
  const spec = { version, model, bos, cases, metric, onlyKnown, kind: 'graph' };
  const graph = sampleCircuit(shape, seed);
  const finding = `${graph.edges.filter(({ kept }) => kept).length} of ${graph.total} edges carry the answer.`;
  return { ...golden, kind: 'graph', spec, finding, figures: [], graph };
}

/** A map of so many tokens by so many layers instead of its figures. */
export function tallDocument(tokens: number, layers: number): object {
  const names = (count: number, name: string) => Array.from({ length: count }, (_, at) => `${name}${at}`);
  const axes = [
    { name: 'position', labels: names(tokens, 'token ') },
    { name: 'layer', labels: names(layers, '') },
  ];
  const values = Array.from({ length: tokens * layers }, (_, at) => Math.sin(at / 7));
  const figure = {
    name: 'map',
    title: 'map',
    axes,
    unit: 'logits',
    values,
    drawn: 'heatmap',
    scale: 'signed',
  };
  return { ...golden, figures: [figure] };
}
