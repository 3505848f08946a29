/**
 * A whole model as an ONNX graph, with every hook site under its name. It is written from
 * `ModelSpec` alone and shares no code with `src/forward`, so a bug would have to be made twice to
 * go unnoticed.
 */
import { denseHead } from '../model/denseHead';
import { expertsOf, type ModelSpec, rotaryTableOf } from '../model/spec';
import { attention } from './attention';
import { experts } from './experts';
import type { Graph, Value } from './graph';
import {
  activation,
  type Builder,
  linear,
  norm,
  scaled,
  softcap,
  type Turns,
  turns,
  visibility,
} from './layers';

/** Name of the graph's input: [T] int64 token ids. */
export const INPUT = 'tokens';

/** Adds the model to an empty graph. `maxPositions` is the longest T that it must accept. */
export function addTransformer(
  graph: Graph,
  spec: ModelSpec,
  weight: (name: string) => Value,
  maxPositions: number,
): void {
  const tokens = graph.input(INPUT);
  const length = graph.op('Squeeze', [graph.op('Shape', [tokens])]);
  const positions = graph.op('Range', [graph.ints(0), length, graph.ints(1)]);
  const builder: Builder = { graph, spec, weight, positions, maxPositions };
  graph.site('hook_tokens', tokens);
  const masks = remember((window: number | null) => visibility(builder, spec.attention.causal, window));
  const tables = spec.positions.kind === 'rotary' ? spec.positions : null;
  const turnsOf = remember((index: number) => turns(builder, tables!.tables[index]!, index));

  let resid = embedding(builder, tokens);
  for (let layer = 0; layer < spec.nLayers; layer++) {
    const table = rotaryTableOf(spec, layer);
    resid = block(builder, resid, {
      layer,
      mask: masks(spec.attention.windows[layer] ?? null),
      turns: table === null ? null : turnsOf(table),
    });
  }
  head(builder, resid);
}

/** Memoises `make`, so that the nodes for each argument are made once. */
function remember<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key)!;
  };
}

/** The first residual stream, [T, D]. */
function embedding(builder: Builder, tokens: Value): Value {
  const { graph, spec, weight, positions } = builder;
  const rows = graph.op('Gather', [weight('embed.W_E'), tokens], { axis: 0 });
  const embed = graph.site('hook_embed', scaled(graph, rows, spec.embedScale));
  let sum = embed;
  if (spec.positions.kind === 'learned') {
    const { offset } = spec.positions;
    const row = offset === 0 ? positions : graph.op('Add', [positions, graph.ints(offset)]);
    const added = graph.op('Gather', [weight('pos_embed.W_pos'), row], { axis: 0 });
    sum = graph.op('Add', [sum, graph.site('hook_pos_embed', added)]);
  }
  if (spec.nTokenTypes > 0) {
    const typeZero = graph.op('Gather', [weight('embed.W_token_type'), graph.ints([0])], { axis: 0 });
    const everywhere = graph.op('Expand', [typeZero, graph.op('Shape', [embed])]);
    sum = graph.op('Add', [sum, graph.site('hook_token_type_embed', everywhere)]);
  }
  return spec.embedNorm ? norm(builder, sum, 'embed.ln', spec.norm) : sum;
}

interface BlockInputs {
  readonly layer: number;
  readonly mask: Value | null;
  readonly turns: Turns | null;
}

/** One block: the residual stream [T, D] before it -> the stream after it. */
function block(builder: Builder, stream: Value, { layer, mask, turns }: BlockInputs): Value {
  const { graph, spec } = builder;
  const { placement, parallel } = spec;
  const at = (name: string) => `blocks.${layer}.${name}`;
  const normed = (x: Value, name: string) => norm(builder, x, at(name), spec.norm);
  const isBefore = placement === 'pre' || placement === 'sandwich';
  /** Branch 1 (attention) or 2 (MLP) with its final norm, if it has one. */
  const ended = (x: Value, branch: 1 | 2) => {
    if (placement === 'sandwich') return normed(x, `ln${branch}_post`);
    return placement === 'branch-end' ? normed(x, `ln${branch}`) : x;
  };

  const pre = graph.site(at('hook_resid_pre'), stream);
  copies(builder, pre, layer);
  const x = isBefore ? normed(pre, 'ln1') : pre;
  const attn = graph.site(at('hook_attn_out'), ended(attention(builder, { layer, x, mask, turns }), 1));

  const afterAttn = graph.op('Add', [pre, attn]);
  if (spec.dMlp === 0) return graph.site(at('hook_resid_post'), afterAttn);
  let mid = pre;
  if (!parallel) mid = graph.site(at('hook_resid_mid'), afterAttn);
  if (placement === 'post') mid = graph.site(at('hook_normalized_resid_mid'), normed(mid, 'ln1'));
  const mlpIn = graph.site(at('hook_mlp_in'), mid);
  const mlpX = isBefore ? normed(mlpIn, 'ln2') : mlpIn;
  const mixture = expertsOf(spec, layer);
  const out = mixture ? experts(builder, mlpX, layer, mixture) : mlp(builder, mlpX, layer);
  const mlpOut = graph.site(at('hook_mlp_out'), ended(out, 2));

  const post = graph.site(at('hook_resid_post'), graph.op('Add', [parallel ? afterAttn : mid, mlpOut]));
  if (placement !== 'post') return post;
  return graph.site(at('hook_normalized_resid_post'), normed(post, 'ln2'));
}

/**
 * The per-head copies of a block's input, [T, heads, D]. They can be read; the heads themselves
 * read the shared input, which has the same numbers.
 */
function copies({ graph, spec }: Builder, pre: Value, layer: number): void {
  const { nHeads: H, nKvHeads: G, dModel: D } = spec;
  const heads = { hook_q_input: H, hook_k_input: G, hook_v_input: G, ...(H === G && { hook_attn_in: H }) };
  for (const [name, count] of Object.entries(heads)) {
    const copied = graph.op('Expand', [graph.reshape(pre, [-1, 1, D]), graph.ints([1, count, 1])]);
    graph.site(`blocks.${layer}.${name}`, copied);
  }
}

/** [T, D] -> [T, D], before any norm. */
function mlp(builder: Builder, x: Value, layer: number): Value {
  const { graph, spec } = builder;
  const at = (name: string) => `blocks.${layer}.mlp.${name}`;
  const into = (which: 'gate' | 'in') =>
    linear(builder, x, at(`W_${which}`), spec.bias.mlp ? at(`b_${which}`) : null);
  const pre = graph.site(at('hook_pre'), into(spec.mlp.gated ? 'gate' : 'in'));
  const active = activation(graph, pre, spec.mlp.act);
  const gated = spec.mlp.gated
    ? graph.op('Mul', [active, graph.site(at('hook_pre_linear'), into('in'))])
    : active;
  const out = linear(
    builder,
    graph.site(at('hook_post'), gated),
    at('W_out'),
    spec.bias.mlp ? at('b_out') : null,
  );
  return scaled(graph, out, spec.residScale);
}

/** Everything after the last block. */
function head(builder: Builder, resid: Value): void {
  const { graph, spec, weight } = builder;
  let final = spec.finalNorm ? norm(builder, resid, 'ln_final', spec.norm) : resid;
  if (spec.head === 'none') return;
  const dense = denseHead(spec);
  if (dense) {
    const pre = graph.site(dense.pre, linear(builder, final, `${dense.name}.W`, `${dense.name}.b`));
    const post = graph.site(dense.post, activation(graph, pre, spec.headAct));
    final = dense.norm === null ? post : norm(builder, post, dense.norm, spec.norm);
  }
  const into = graph.site('unembed.hook_in', final);
  // Tables have one row per token or class in either orientation.
  const inputs = [into, weight(spec.tied ? 'embed.W_E' : 'unembed.W_U')];
  if (spec.bias.unembed) inputs.push(weight('unembed.b_U'));
  const logits = scaled(graph, graph.op('Gemm', inputs, { transB: 1 }), spec.logitScale);
  graph.site('unembed.hook_out', softcap(graph, logits, spec.logitSoftcap));
}
