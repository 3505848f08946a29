// pattern [n,H,T] = softmax of scale * q.k, soft-capped if softcap > 0, over the visible keys;
// exactly 0 elsewhere.
//
// Shapes: n queries, H heads and G key-value heads of K columns; qkv [R,(H+2G)K] and kvBase
// [Rb,(H+2G)K] with columns q, k, v, heads in order; query head h reads key-value head floor(h G /
// H); queries [n] = sequence * T + position. sequences [S,2] and keys [*,2] locate a sequence's row
// for a position (lib/rows.wgsl): in kvBase if the top bit is set, otherwise in qkv, which always
// holds a query's own row.
// Before it: lib/finite.wgsl, lib/soft_cap.wgsl, lib/visible.wgsl (causal, window), lib/rows.wgsl,
// lib/score.wgsl.
// Bindings: 0 qkv, 1 kvBase, 2 queries u32, 3 sequences u32, 4 keys u32, 5 pattern, 6 params.
// Workgroups: one thread per (head, query) pair, numbered y * num_workgroups.x + x. Neighbours are
// queries of one head, which mostly read the same keys. No barriers: with about ten keys they cost
// more than they save.
// Numerics: the maximum is subtracted; keys and columns are added in order. Equals scores, then
// softmax.

struct Params {
  row0: u32,
  rows: u32,
  T: u32,
  H: u32,
  G: u32,
  K: u32,
  scale: f32,
  softcap: f32,
  causal: u32,
  window: u32,
}

@group(0) @binding(0) var<storage, read> qkv: array<f32>;
@group(0) @binding(1) var<storage, read> kvBase: array<f32>;
@group(0) @binding(2) var<storage, read> queries: array<u32>;
@group(0) @binding(3) var<storage, read> sequences: array<u32>;
@group(0) @binding(4) var<storage, read> keys: array<u32>;
@group(0) @binding(5) var<storage, read_write> pattern: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let pair = (group.y * groups.x + group.x) * 64u + lane;
  if (pair >= params.rows * params.H) {
    return;
  }
  let i = params.row0 + pair % params.rows;
  let h = pair / params.rows;
  let sequence = queries[i] / params.T;
  let t = queries[i] % params.T;
  let q = ((params.H + 2u * params.G) * row_of(sequence, t) + h) * params.K;
  let first = first_key(t, params.window);
  let end = end_key(t, params.T, params.causal);
  let start = (i * params.H + h) * params.T;
  var largest = -1e30;
  for (var j = first; j < end; j++) {
    let value = score(q, row_of(sequence, j), h);
    pattern[start + j] = value;
    largest = max(largest, value);
  }
  var sum = 0.0;
  for (var j = first; j < end; j++) {
    let value = exp(pattern[start + j] - largest);
    pattern[start + j] = value;
    sum += value;
  }
  for (var j = 0u; j < params.T; j++) {
    if (j >= first && j < end) {
      pattern[start + j] = pattern[start + j] / sum;
    } else {
      pattern[start + j] = 0.0;
    }
  }
}
