// Copies the results for cut (row, head) pairs to their places among the queries, keys and values.
//
//   y[row*yRow + yCol + h*K + k] = heads[(h*n + i)*K + k], k < K, for entry i of rows and every head with a cut.
//
// Shapes: heads [H,n,K], n the number of entries; rows and sets as in cut.wgsl, row being word 1 of
// an entry.
// Bindings: 0 rows u32 [n,5], 1 sets u32 [classes,H], 2 heads, 3 y, 4 params (rows counts the n
// entries).
// Workgroups: one thread per (entry, head, k < K), numbered y * num_workgroups.x + x.
// Numerics: a copy.

struct Params {
  row0: u32,
  rows: u32,
  n: u32,
  H: u32,
  K: u32,
  yRow: u32,
  yCol: u32,
}

@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read> sets: array<u32>;
@group(0) @binding(2) var<storage, read> heads: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let k = index % params.K;
  let head = (index / params.K) % params.H;
  let part = index / (params.K * params.H);
  if (part >= params.rows) {
    return;
  }
  let i = params.row0 + part;
  if (sets[rows[5u * i + 2u] * params.H + head] == 0u) {
    return;
  }
  let place = rows[5u * i + 1u] * params.yRow + params.yCol + head * params.K + k;
  y[place] = heads[(head * params.n + i) * params.K + k];
}
