/** Synthetic graphs of any size with a clear circuit, for tests and screenshots. */
import { componentsOf, edgesOf } from '../../model/edges';
import { RandomState } from '../../util/random';
import type { Graph, GraphEdge } from '../graph';

export interface CircuitShape {
  readonly layers: number;
  readonly heads: number;
  /** Default: the number of heads. */
  readonly kvHeads?: number;
  readonly positions?: readonly string[];
}

export const PLANTED: CircuitShape = { layers: 4, heads: 4 };
/** GPT-2 small: 32,491 edges. */
export const GPT2_SMALL: CircuitShape = { layers: 12, heads: 12 };

/** A copying head, a head that finds it, a head and MLP for the answer, and an opponent. */
function circuitOf({ layers: L, heads: H, kvHeads = H }: CircuitShape): Record<string, number> {
  const g = (head: number) => Math.floor((head * kvHeads) / H);
  const [a, b, c] = [1 % H, 2 % H, Math.min(3, H - 1)];
  const [mid, late] = [Math.floor(L / 2) - 1 || 1, L - 1];
  return {
    'input->m0': 0.41,
    [`input->a0.h${g(a)}<v>`]: 0.34,
    [`m0->a${mid}.h${b}<q>`]: 0.12,
    [`a0.h${a}->a${mid}.h${g(b)}<k>`]: 0.31,
    [`m0->a${mid}.h${g(b)}<v>`]: 0.27,
    [`a${mid}.h${b}->a${late}.h${c}<q>`]: 0.22,
    [`m0->a${late}.h${g(c)}<v>`]: 0.18,
    [`a${mid}.h${b}->m${late}`]: 0.09,
    [`a${late}.h${c}->logits`]: 0.62,
    [`m${late}->logits`]: 0.21,
    [`a${late}.h0->logits`]: -0.14,
    [`a${mid}.h${b}->a${late}.h0<q>`]: -0.08,
  };
}

export function sampleCircuit(shape: CircuitShape, seed = 1): Graph {
  const { layers, heads, kvHeads = heads, positions } = shape;
  const model = { nLayers: layers, nHeads: heads, nKvHeads: kvHeads, dMlp: 1, parallel: false };
  const components = componentsOf(model);
  const random = new RandomState(seed);
  const circuit = circuitOf(shape);
  const places = positions ? positions.map((_, at) => at) : [undefined];
  const edges = places.flatMap((at) =>
    edgesOf(model).map(({ from, to }): GraphEdge => {
      const planted = circuit[`${from}->${to}`];
      // The circuit reads the first token and writes at the last; heads move it between them.
      const isHere = at === undefined || at === placeOf(to, at, places.length);
      const noise = random.nextNormal() ** 3 * 8e-4;
      const score = planted !== undefined && isHere ? planted : noise;
      const half = 0.004 + Math.abs(score) * 0.15 * random.nextDouble();
      const isKept = planted !== undefined && isHere;
      const isUnknown = !isKept && random.nextDouble() < 0.02;
      return {
        from,
        to,
        ...(at === undefined ? {} : { at }),
        score: isUnknown ? null : score,
        interval: isUnknown ? null : [score - half, score + half],
        ...(isUnknown ? {} : { p: Math.min(1, Math.exp(-Math.abs(score) / half)), kl: score * score }),
        kept: isKept,
        ...(!isUnknown && !isKept && random.nextDouble() < 0.1 ? { measured: false } : {}),
      };
    }),
  );
  const kept = edges.filter((edge) => edge.kept).length;
  return {
    version: 1,
    method: 'exhaustive',
    ablation: 'corrupted',
    ...(positions ? { positions: [...positions] } : {}),
    shape: { layers, heads, kvHeads, hasMlp: true, parallel: false },
    nodes: places.flatMap((at) =>
      components.map((node) => (at === undefined ? node : { ...node, at, id: `${node.id}@${at}` })),
    ),
    edges,
    total: edges.length,
    levels: { clean: 3.1, corrupted: -1.2, empty: -1.4 },
    truth: {
      faithfulness: { value: 0.93, interval: [0.88, 0.97] },
      heldOut: { value: 0.9, interval: [0.82, 0.96] },
      complement: { value: 0.07, interval: [0.02, 0.12] },
      completeness: { value: 0.05, interval: [0.01, 0.1] },
      minimality: { worst: `a${layers - 1}.h0->logits`, value: 0.03 },
      random: { value: 0.04, interval: [-0.03, 0.1] },
      curve: curve(edges.length, kept, true),
      randomCurve: curve(edges.length, kept, false),
      cpr: 0.87,
      cmd: 0.09,
      stability: [{ over: 'prompts drawn again', n: 100, jaccard: { value: 0.88, interval: [0.8, 0.95] } }],
    },
  };
}

/** Keys and values are read where written, all else at the end. */
function placeOf(to: string, at: number, positions: number): number {
  return /<[kv]>/.test(to) ? (/^a0/.test(to) ? 0 : 1) : to === 'm0' ? (at < 2 ? at : -1) : positions - 1;
}

/** Rises near the circuit's size; a random graph's only near all edges. */
function curve(total: number, kept: number, isFound: boolean) {
  const shares = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.6, 1];
  return shares.map((share) => {
    const edges = Math.round(share * total);
    const middle = isFound ? kept * 0.7 : total * 0.5;
    const faithfulness = share === 1 ? 1 : 1 / (1 + (middle / Math.max(0.5, edges)) ** 1.6);
    const half = 0.05 * (1 - faithfulness) + 0.01;
    return {
      share,
      edges,
      faithfulness,
      interval: [faithfulness - half, faithfulness + half] as [number, number],
    };
  });
}
