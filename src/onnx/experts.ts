/**
 * A mixture of experts as ONNX nodes. A graph has no loops over chosen matrices, so every expert is computed for every
 * position and multiplied by its share, which is 0 where it was not chosen.
 */
import type { ExpertsSpec } from '../model/spec';
import type { Value } from './graph';
import { activation, type Builder, linear } from './layers';

/** ONNX's number of float32, for Cast. */
const FLOAT = 1;

/** x [T, D] -> [T, D], before any norm. */
export function experts(builder: Builder, x: Value, layer: number, mixture: ExpertsSpec): Value {
  const { graph, spec, weight } = builder;
  const { count, active, width: M, renormalised } = mixture;
  const at = (name: string) => `blocks.${layer}.mlp.${name}`;
  const sum = (value: Value) => graph.op('ReduceSum', [value, graph.ints([-1])], { keepdims: 1 });
  const logits = graph.site(at('hook_router_logits'), linear(builder, x, at('W_gate'), null));
  const weights = graph.site(at('hook_expert_weights'), graph.op('Softmax', [logits], { axis: -1 }));
  const [own, order] = graph.largest(weights, active);
  const chosen = graph.site(at('hook_expert_indices'), graph.op('Cast', [order], { to: FLOAT }));
  const shares = renormalised ? graph.op('Div', [own, sum(own)]) : own;
  const matrices = (letter: 'gate' | 'in' | 'out', rows: number) =>
    graph.split(weight(at(`experts.W_${letter}`)), new Array<number>(count).fill(rows), 0);
  const [gates, ins, outs] = [matrices('gate', M), matrices('in', M), matrices('out', spec.dModel)];
  const product = (input: Value, matrix: Value) => graph.op('Gemm', [input, matrix], { transB: 1 });
  const outputs = gates.map((gate, e) => {
    const active = activation(graph, product(x, gate), spec.mlp.act);
    const y = product(graph.op('Mul', [active, product(x, ins[e]!)]), outs[e]!);
    const isChosen = graph.op('Equal', [chosen, graph.scalar(e)]);
    const share = sum(graph.op('Where', [isChosen, shares, graph.scalar(0)]));
    return graph.op('Mul', [share, y]);
  });
  return outputs.reduce((total, output) => graph.op('Add', [total, output]));
}
