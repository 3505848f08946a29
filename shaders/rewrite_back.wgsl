// Backward of `rewrite` for kinds 1 reversed and 2 shuffled (the others have gradient 0). With A the row
// before, and the keys with a score above -1e29:
//   reversed  b = (max - A) / sum: d_s = -slope_s, and the largest key also gets the sum of all slopes,
//             slope_s = (g_s - sum of g b) / sum. A row of equal weights passes g on.
//   shuffled  d_s = g of the key that took the weight of s.
// Masked keys get 0.
//
// Shapes: scores, before, g and d [n,H,T]; g is a copy of d. Entry (3 words): 0 element offset of the
// (query, head) row, 1 kind, 2 key of the row's random numbers, as in rewrite.wgsl.
// Bindings: 0 entries u32 [n,3], 1 scores, 2 before, 3 g, 4 d, 5 params (rows counts entries).
// Workgroups: one thread per (entry, key), numbered y * num_workgroups.x + x.
// Numerics: each thread computes the row's sums itself, keys in order.

struct Params {
  row0: u32,
  rows: u32,
  T: u32,
}

@group(0) @binding(0) var<storage, read> entries: array<u32>;
@group(0) @binding(1) var<storage, read> scores: array<f32>;
@group(0) @binding(2) var<storage, read> before: array<f32>;
@group(0) @binding(3) var<storage, read> g: array<f32>;
@group(0) @binding(4) var<storage, read_write> d: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

const MASKED = -1e29;
const REVERSED = 1u;

// A bijection on 32 bits (Wellons, "lowbias32").
fn hash(value: u32) -> u32 {
  var h = value;
  h = (h ^ (h >> 16u)) * 0x7feb352du;
  h = (h ^ (h >> 15u)) * 0x846ca68bu;
  return h ^ (h >> 16u);
}

fn draw(key: u32, s: u32) -> u32 {
  return hash(key + 0x9e3779b9u * (s + 1u));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= params.rows * params.T) {
    return;
  }
  let entry = 3u * (params.row0 + index / params.T);
  let start = entries[entry];
  let key = entries[entry + 2u];
  let own = index % params.T;
  if (scores[start + own] <= MASKED) {
    d[start + own] = 0.0;
    return;
  }
  if (entries[entry + 1u] == REVERSED) {
    var largest = params.T;
    for (var s = 0u; s < params.T; s++) {
      if (scores[start + s] > MASKED && (largest == params.T || before[start + s] > before[start + largest])) {
        largest = s;
      }
    }
    let most = before[start + largest];
    var sum = 0.0;
    var along = 0.0;
    var all = 0.0;
    var count = 0.0;
    for (var s = 0u; s < params.T; s++) {
      if (scores[start + s] > MASKED) {
        sum += most - before[start + s];
        along += g[start + s] * (most - before[start + s]);
        all += g[start + s];
        count += 1.0;
      }
    }
    if (sum <= 0.0) {
      d[start + own] = g[start + own];
      return;
    }
    let mean = along / sum;
    var value = (mean - g[start + own]) / sum;
    if (own == largest) {
      value += (all - count * mean) / sum;
    }
    d[start + own] = value;
    return;
  }
  let mine = draw(key, own);
  var rank = 0u;
  for (var s = 0u; s < params.T; s++) {
    let other = draw(key, s);
    if (scores[start + s] > MASKED && (other < mine || (other == mine && s < own))) {
      rank += 1u;
    }
  }
  var seen = 0u;
  for (var s = 0u; s < params.T; s++) {
    if (scores[start + s] > MASKED) {
      if (seen == rank) {
        d[start + own] = g[start + s];
      }
      seen += 1u;
    }
  }
}
