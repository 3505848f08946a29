// pattern [n,H,T] = softmax over keys j <= position of scale * q.k; exactly 0 beyond.
//
// Shapes: n queries, H heads of K columns, D = H*K; qkv [R,3D] and kvBase [Rb,3D] with columns q, k, v;
// queries [n,3] = own row in qkv, sequence slot, position; keyRows [S*T] = where key j of a slot lives: with the top
// bit set, that row of kvBase, else that row of qkv.
// Bindings: 0 qkv, 1 kvBase, 2 queries u32, 3 keyRows u32, 4 pattern, 5 params.
// Workgroups: one thread per (head, query) pair, numbered y * num_workgroups.x + x. Neighbours are queries of
// one head, which mostly read the same keys. Without barriers, which cost more than they save at some ten keys.
// Numerics: the maximum is subtracted; keys and columns are added in order. Equals scores, then softmax.

struct Params {
  row0: u32,
  rows: u32,
  T: u32,
  H: u32,
  K: u32,
  D: u32,
  scale: f32,
}

@group(0) @binding(0) var<storage, read> qkv: array<f32>;
@group(0) @binding(1) var<storage, read> kvBase: array<f32>;
@group(0) @binding(2) var<storage, read> queries: array<u32>;
@group(0) @binding(3) var<storage, read> keyRows: array<u32>;
@group(0) @binding(4) var<storage, read_write> pattern: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

fn score(q: u32, location: u32, h: u32) -> f32 {
  let k = 3u * params.D * (location & 0x7fffffffu) + params.D + h * params.K;
  var sum = 0.0;
  if (location >= 0x80000000u) {
    for (var c = 0u; c < params.K; c++) {
      sum += qkv[q + c] * kvBase[k + c];
    }
  } else {
    for (var c = 0u; c < params.K; c++) {
      sum += qkv[q + c] * qkv[k + c];
    }
  }
  return params.scale * sum;
}

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
  let q = 3u * params.D * queries[3u * i] + h * params.K;
  let slot = queries[3u * i + 1u] * params.T;
  let keys = min(queries[3u * i + 2u] + 1u, params.T);
  let start = (i * params.H + h) * params.T;
  var largest = -1e30;
  for (var j = 0u; j < keys; j++) {
    let value = score(q, keyRows[slot + j], h);
    pattern[start + j] = value;
    largest = max(largest, value);
  }
  var sum = 0.0;
  for (var j = 0u; j < keys; j++) {
    let value = exp(pattern[start + j] - largest);
    pattern[start + j] = value;
    sum += value;
  }
  for (var j = 0u; j < params.T; j++) {
    if (j < keys) {
      pattern[start + j] = pattern[start + j] / sum;
    } else {
      pattern[start + j] = 0.0;
    }
  }
}
