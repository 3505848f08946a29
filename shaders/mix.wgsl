// z [n,H*K]: z[i, h*K + k] = sum over j of pattern[i,h,j] * v of key j, over the visible keys, or
// all T if full == 1. v are the G*K columns from col on: the values, or, with gradients of scores as
// the pattern, the keys.
//
// Shapes: n queries, H heads and G key-value heads of K columns; qkv [R,(H+2G)K] and kvBase
// [Rb,(H+2G)K] with columns q, k, v, heads in order; query head h reads key-value head floor(h G /
// H); queries [n] = sequence * T + position. sequences [S,2] and keys [*,2] locate a sequence's row
// for a position (lib/rows.wgsl): in kvBase if the top bit is set, otherwise in qkv, which always
// holds a query's own row.
// Before it: lib/visible.wgsl (causal, window), lib/rows.wgsl.
// Bindings: 0 pattern [n,H,T], 1 qkv, 2 kvBase, 3 queries u32, 4 sequences u32, 5 keys u32, 6 z, 7
// params.
// Workgroups: one thread per element of rows*H*K, numbered y * num_workgroups.x + x.
// Numerics: keys added in order.

struct Params {
  row0: u32,
  rows: u32,
  T: u32,
  H: u32,
  G: u32,
  K: u32,
  causal: u32,
  window: u32,
  full: u32,
  col: u32,
}

@group(0) @binding(0) var<storage, read> pattern: array<f32>;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;
@group(0) @binding(2) var<storage, read> kvBase: array<f32>;
@group(0) @binding(3) var<storage, read> queries: array<u32>;
@group(0) @binding(4) var<storage, read> sequences: array<u32>;
@group(0) @binding(5) var<storage, read> keys: array<u32>;
@group(0) @binding(6) var<storage, read_write> z: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let width = params.H * params.K;
  if (index >= params.rows * width) {
    return;
  }
  let i = params.row0 + index / width;
  let c = index % width;
  let h = c / params.K;
  let stride = (params.H + 2u * params.G) * params.K;
  let column = params.col + h * params.G / params.H * params.K + c % params.K;
  let weights = (i * params.H + h) * params.T;
  let sequence = queries[i] / params.T;
  let t = queries[i] % params.T;
  let first = select(first_key(t, params.window), 0u, params.full == 1u);
  let end = select(end_key(t, params.T, params.causal), params.T, params.full == 1u);
  var sum = 0.0;
  for (var j = first; j < end; j++) {
    let location = row_of(sequence, j);
    let v = stride * (location & 0x7fffffffu) + column;
    if (location >= 0x80000000u) {
      sum += pattern[weights + j] * kvBase[v];
    } else {
      sum += pattern[weights + j] * qkv[v];
    }
  }
  z[i * width + c] = sum;
}
