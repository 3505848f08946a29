// Gathers from the queries that see a key: with weights [n,H,T] (a pattern, or gradients of scores)
// and x of the queries,
//   out[r, g*K + c] = sum over heads h of group g, over queries i, of weights[i,h,t] * x[i, h*K + c],
// where t is the position of row r. Backward of `mix` to the values (weights the pattern, x the
// gradient of z), and of the scores to the keys (weights the gradient of scores, x the queries).
//
// Shapes: n rows, all of each sequence's positions among them; H heads, G key-value heads of K
// columns; x rows xStride apart; out rows outStride apart, first column outCol. queries [n] = sequence
// * T + position. sequences [S,2] and keys [*,2] locate a sequence's row for a position
// (lib/rows.wgsl). Positions past a shorter sequence's end locate another position's row, and count as
// no query.
// Queries: those that see the key (causal, window), or all if full == 1.
// Before it: lib/visible.wgsl, lib/rows.wgsl.
// Bindings: 0 weights, 1 x, 2 queries u32, 3 sequences u32, 4 keys u32, 5 out, 6 params.
// Workgroups: one thread per element of rows*G*K, numbered y * num_workgroups.x + x.
// Numerics: heads, then queries, added in order.

struct Params {
  row0: u32,
  rows: u32,
  T: u32,
  H: u32,
  G: u32,
  K: u32,
  xStride: u32,
  outStride: u32,
  outCol: u32,
  causal: u32,
  window: u32,
  full: u32,
}

@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
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
  let width = params.G * params.K;
  if (index >= params.rows * width) {
    return;
  }
  let r = params.row0 + index / width;
  let c = index % width;
  let g = c / params.K;
  let perGroup = params.H / params.G;
  let sequence = queries[r] / params.T;
  let t = queries[r] % params.T;
  var sum = 0.0;
  for (var h = g * perGroup; h < (g + 1u) * perGroup; h++) {
    for (var i = 0u; i < params.T; i++) {
      let isSeen = t >= first_key(i, params.window) && t < end_key(i, params.T, params.causal);
      if (isSeen || params.full == 1u) {
        let row = row_of(sequence, i);
        if (queries[row] == sequence * params.T + i) {
          let weight = weights[(row * params.H + h) * params.T + t];
          sum += weight * x[row * params.xStride + h * params.K + c % params.K];
        }
      }
    }
  }
  out[r * params.outStride + params.outCol + c] = sum;
}
