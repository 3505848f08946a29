/** One block's attention as ONNX nodes, with every site under its name. */
import { type NormSpec, branchHeads, branchColumns } from '../model/spec';
import { MASKED_SCORE } from '../util/masked';
import type { Value } from './graph';
import { type Builder, clip, linear, norm, rotate, scaled, softcap, type Turns } from './layers';

export interface AttentionInputs {
  /** Block index. */
  readonly layer: number;
  /** [T, D]. */
  readonly x: Value;
  /** [T, S] bool, or null for no mask. */
  readonly mask: Value | null;
  /** Null if queries and keys do not rotate. */
  readonly turns: Turns | null;
}

/** residScale (z W_O + b_O), [T, D], before any norm. */
export function attention(builder: Builder, { layer, x, mask, turns }: AttentionInputs): Value {
  const { graph, spec, weight } = builder;
  const { nHeads: H, nKvHeads: G, dHead: K, dModel: D } = spec;
  const at = (name: string) => `blocks.${layer}.attn.${name}`;
  const branches = ['q', 'k', 'v'] as const;

  const projected = linear(builder, x, at('W_QKV'), spec.bias.qkv ? at('b_QKV') : null);
  const all = clip(graph, projected, spec.attention.clipQkv);
  const widths = branches.map((branch) => branchColumns(spec, branch).width);
  const [q, k, v] = graph.split(all, widths, -1).map((columns, i) => {
    const branch = branches[i]!;
    return graph.site(at(`hook_${branch}`), graph.reshape(columns, [-1, branchHeads(spec, branch), K]));
  }) as [Value, Value, Value];

  const ready = (heads: Value, branch: 'q' | 'k'): Value => {
    const normed = headNorm(builder, heads, branch, at(`${branch}_norm`));
    if (!turns || spec.positions.kind !== 'rotary') return normed;
    return graph.site(at(`hook_rot_${branch}`), rotate(builder, normed, spec.positions, turns));
  };
  // Query head h reads key-value head floor(h G / H).
  const sharedBy = graph.ints(Array.from({ length: H }, (_, h) => Math.floor((h * G) / H)));
  const forQueries = (heads: Value) => (G === H ? heads : graph.op('Gather', [heads, sharedBy], { axis: 1 }));

  const products = graph.op('MatMul', [
    graph.op('Transpose', [ready(q, 'q')], { perm: [1, 0, 2] }),
    graph.op('Transpose', [forQueries(ready(k, 'k'))], { perm: [1, 2, 0] }),
  ]);
  const weighed = graph.op('Mul', [products, graph.scalar(spec.attention.scale)]);
  const capped = softcap(graph, weighed, spec.attention.softcap);
  const masked = mask ? graph.op('Where', [mask, capped, graph.scalar(MASKED_SCORE)]) : capped;
  const scores = graph.site(at('hook_attn_scores'), masked);
  const pattern = graph.site(at('hook_pattern'), withSinks(builder, scores, at('sinks')));
  const values = graph.op('Transpose', [forQueries(v)], { perm: [1, 0, 2] });
  const mixed = graph.op('Transpose', [graph.op('MatMul', [pattern, values])], { perm: [1, 0, 2] });
  const z = graph.site(at('hook_z'), mixed);

  // What each head adds, without the bias; computed only for callers that ask for it.
  const W_O = weight(at('W_O'));
  const inOut = spec.orientation === 'in-out' ? W_O : graph.op('Transpose', [W_O], { perm: [1, 0] });
  const perHead = graph.op('MatMul', [
    graph.op('Transpose', [z], { perm: [1, 0, 2] }),
    graph.reshape(inOut, [H, K, D]),
  ]);
  const result = graph.op('Transpose', [perHead], { perm: [1, 0, 2] });
  graph.site(at('hook_result'), scaled(graph, result, spec.residScale));

  const out = linear(builder, graph.reshape(z, [-1, H * K]), at('W_O'), spec.bias.o ? at('b_O') : null);
  return scaled(graph, out, spec.residScale);
}

/** Softmax of scores [H, T, S]; with sinks each head has an extra score, dropped afterwards. */
function withSinks({ graph, spec, weight }: Builder, scores: Value, sinks: string): Value {
  const softmax = (x: Value) => graph.op('Softmax', [x], { axis: -1 });
  if (!spec.attention.sinks) return softmax(scores);
  const part = (x: Value, begin: number, end: number) =>
    graph.op('Slice', [x, graph.ints([begin]), graph.ints([end]), graph.ints([-1])]);
  const zeros = graph.op('Mul', [part(scores, 0, 1), graph.scalar(0)]);
  const column = graph.op('Add', [zeros, graph.reshape(weight(sinks), [-1, 1, 1])]);
  return part(softmax(graph.op('Concat', [scores, column], { axis: -1 })), 0, -1);
}

/** The norm of queries or keys if the model has one; heads [T, heads, K] in and out. */
function headNorm(builder: Builder, heads: Value, branch: 'q' | 'k', name: string): Value {
  const { graph, spec } = builder;
  const { qkNorm } = spec.attention;
  if (qkNorm === 'none') return heads;
  const rms: NormSpec = { ...spec.norm, kind: 'rms', hasWeight: true, hasBias: false };
  if (qkNorm === 'head') return norm(builder, heads, name, rms);
  const { width } = branchColumns(spec, branch);
  const normed = norm(builder, graph.reshape(heads, [-1, width]), name, rms);
  return graph.reshape(normed, [-1, branchHeads(spec, branch), spec.dHead]);
}
