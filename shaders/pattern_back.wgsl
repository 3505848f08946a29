// Backward of `mix` to the pattern: out[i,h,j] = dz[i,h,:] . v of key j, for all T keys: a masked key's
// share is 0, but it could be written.
//
// Shapes: n queries, H heads and G key-value heads of K columns; dz [n,H,K]; qkv [R,(H+2G)K] with
// columns q, k, v, heads in order; query head h reads key-value head floor(h G / H); queries [n] =
// sequence * T + position. sequences [S,2] and keys [*,2] locate a sequence's row for a position
// (lib/rows.wgsl); all rows are in qkv.
// Before it: lib/rows.wgsl.
// Bindings: 0 dz, 1 qkv, 2 queries u32, 3 sequences u32, 4 keys u32, 5 out, 6 params.
// Workgroups: one thread per element of rows*H*T, numbered y * num_workgroups.x + x.
// Numerics: columns added in order.

struct Params {
  row0: u32,
  rows: u32,
  T: u32,
  H: u32,
  G: u32,
  K: u32,
}

@group(0) @binding(0) var<storage, read> dz: array<f32>;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;
@group(0) @binding(2) var<storage, read> queries: array<u32>;
@group(0) @binding(3) var<storage, read> sequences: array<u32>;
@group(0) @binding(4) var<storage, read> keys: array<u32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;
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
  let sequence = queries[i] / params.T;
  let stride = (params.H + 2u * params.G) * params.K;
  let v = stride * row_of(sequence, j) + (params.H + params.G + h * params.G / params.H) * params.K;
  let begin = (i * params.H + h) * params.K;
  var sum = 0.0;
  for (var c = 0u; c < params.K; c++) {
    sum += dz[begin + c] * qkv[v + c];
  }
  out[params.row0 * perQuery + index] = sum;
}
