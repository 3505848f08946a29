/**
 * A mixture of experts as ONNX nodes. A graph cannot loop over chosen matrices, so every expert is
 * computed at every position and multiplied by its share, which is 0 if it was not chosen.
 */
import type { ExpertsSpec } from '../model/spec';
import type { Value } from './graph';
import { activation, type Builder, clip, linear } from './layers';

/** ONNX's code for float32, for Cast. */
const FLOAT = 1;

/** x [T, D] -> [T, D], before any norm. */
export function experts(builder: Builder, x: Value, layer: number, mixture: ExpertsSpec): Value {
  const { graph } = builder;
  const { active, renormalised } = mixture;
  const at = (name: string) => `blocks.${layer}.mlp.${name}`;
  const sum = (value: Value) => graph.op('ReduceSum', [value, graph.ints([-1])], { keepdims: 1 });
  const logits = graph.site(
    at('hook_router_logits'),
    linear(builder, x, at('W_gate'), mixture.bias ? at('b_gate') : null),
  );
  const weights = graph.site(at('hook_expert_weights'), graph.op('Softmax', [logits], { axis: -1 }));
  const [own, order] = graph.largest(weights, active);
  const chosen = graph.site(at('hook_expert_indices'), graph.op('Cast', [order], { to: FLOAT }));
  const shares = renormalised ? graph.op('Div', [own, sum(own)]) : own;
  const outputs = eachExpert(builder, layer, mixture).map(({ gate, linear: into, out }, e) => {
    const [pre, linearPart] = [gate(x), into(x)];
    const y = out(graph.op('Mul', gated(builder, pre, linearPart, mixture.clamp)));
    const isChosen = graph.op('Equal', [chosen, graph.scalar(e)]);
    const share = sum(graph.op('Where', [isChosen, shares, graph.scalar(0)]));
    return graph.op('Mul', [share, y]);
  });
  return outputs.reduce((total, output) => graph.op('Add', [total, output]));
}

/** The two factors of the hidden layer. */
function gated({ graph, spec }: Builder, pre: Value, linearPart: Value, most: number | null): Value[] {
  if (most === null) return [activation(graph, pre, spec.mlp.act), linearPart];
  const low = activation(graph, graph.op('Min', [pre, graph.scalar(most)]), spec.mlp.act);
  return [low, graph.op('Add', [clip(graph, linearPart, most), graph.scalar(1)])];
}

type Product = (x: Value) => Value;

/** The three products of every expert. */
function eachExpert(
  { graph, spec, weight }: Builder,
  layer: number,
  { count: X, width: M, bias, stored }: ExpertsSpec,
): Readonly<Record<'gate' | 'linear' | 'out', Product>>[] {
  const D = spec.dModel;
  const tensor = (name: string) => weight(`blocks.${layer}.mlp.experts.${name}`);
  /** Slices of the first axis. */
  const slices = (name: string, rows: number) =>
    graph.split(tensor(name), new Array<number>(X).fill(rows), 0);
  if (stored === 'each') {
    const [gates, ins, outs] = [slices('W_gate', M), slices('W_in', M), slices('W_out', D)];
    const product =
      (matrix: Value): Product =>
      (x) =>
        graph.op('Gemm', [x, matrix], { transB: 1 });
    return gates.map((gate, e) => ({
      gate: product(gate),
      linear: product(ins[e]!),
      out: product(outs[e]!),
    }));
  }
  /**
   * Separates [1, rows, 2 M] into the interleaved columns of gate and linear part, [rows, M] each.
   */
  const inTurns = (both: Value) =>
    graph.split(graph.reshape(both, [-1, M, 2]), [1, 1], 2).map((one) => graph.reshape(one, [-1, M]));
  const product =
    (matrix: Value, b: Value | undefined): Product =>
    (x) =>
      graph.op('Gemm', b ? [x, matrix, b] : [x, matrix]);
  const [pairs, outs] = [slices('W_gate_in', 1), slices('W_out', 1)];
  const [pairBiases, outBiases] = bias ? [slices('b_gate_in', 1), slices('b_out', 1)] : [[], []];
  return pairs.map((pair, e) => {
    const [gate, linearPart] = inTurns(pair);
    const [gateBias, linearBias] = pairBiases[e] ? inTurns(pairBiases[e]) : [];
    return {
      gate: product(gate!, gateBias),
      linear: product(linearPart!, linearBias),
      out: product(graph.reshape(outs[e]!, [M, D]), outBiases[e]),
    };
  });
}
