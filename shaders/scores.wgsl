// scores [n,H,T] = scale * q.k, soft-capped if softcap > 0, for visible keys; -1e30 (masked)
// elsewhere.
//
// Shapes: n queries, H heads and G key-value heads of K columns; qkv [R,(H+2G)K] and kvBase
// [Rb,(H+2G)K] with columns q, k, v, heads in order; query head h reads key-value head floor(h G /
// H); queries [n] = sequence * T + position. sequences [S,2] and keys [*,2] locate a sequence's row
// for a position (lib/rows.wgsl): in kvBase if the top bit is set, otherwise in qkv, which always
// holds a query's own row.
// Before it: lib/finite.wgsl, lib/soft_cap.wgsl, lib/visible.wgsl (causal, window), lib/rows.wgsl,
// lib/score.wgsl.
// Bindings: 0 qkv, 1 kvBase, 2 queries u32, 3 sequences u32, 4 keys u32, 5 scores, 6 params.
// Workgroups: one thread per element of rows*H*T, numbered y * num_workgroups.x + x.
// Numerics: as in lib/score.wgsl.

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
@group(0) @binding(5) var<storage, read_write> scores: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let perQuery = params.H * params.T;
  if (index >= params.rows * perQuery) {
    return;
  }
  let i = params.row0 + index / perQuery;
  let h = index % perQuery / params.T;
  let j = index % params.T;
  var value = -1e30;
  let sequence = queries[i] / params.T;
  let t = queries[i] % params.T;
  if (j >= first_key(t, params.window) && j < end_key(t, params.T, params.causal)) {
    let q = ((params.H + 2u * params.G) * row_of(sequence, t) + h) * params.K;
    value = score(q, row_of(sequence, j), h);
  }
  scores[params.row0 * perQuery + index] = value;
}
