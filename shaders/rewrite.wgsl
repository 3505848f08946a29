// Replaces rows of the pattern over the n keys that a query sees (score > -1e29): kind 0 uniform
// 1/n; 1 reversed (max - A) / sum, or A if all weights are equal; 2 shuffled, A permuted among the
// keys; 3 random w / sum of w.
//
// Shapes: scores, before and pattern [n,H,T]; before is a copy of the pattern. Entry (3 words): 0
// element offset of the (query, head) row, 1 kind, 2 key of the row's random numbers. Number s of a
// row is hash(key + 0x9e3779b9 (s + 1)): shuffled sorts the keys by it (ties: the lower first) and
// gives the weight of the r-th to the r-th key in order; random uses w = (its top 23 bits + 1/2) /
// 2^23.
// Bindings: 0 entries u32 [n,3], 1 scores, 2 before, 3 pattern, 4 params (rows counts entries).
// Workgroups: one thread per (entry, key), numbered y * num_workgroups.x + x.
// Numerics: each thread computes the row's sum itself, keys in order, so the row has one divisor.
// Masked keys get exactly 0.

struct Params {
  row0: u32,
  rows: u32,
  T: u32,
}

@group(0) @binding(0) var<storage, read> entries: array<u32>;
@group(0) @binding(1) var<storage, read> scores: array<f32>;
@group(0) @binding(2) var<storage, read> before: array<f32>;
@group(0) @binding(3) var<storage, read_write> pattern: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

const MASKED = -1e29;
const UNIFORM = 0u;
const REVERSED = 1u;
const SHUFFLED = 2u;

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

fn weight(bits: u32) -> f32 {
  return f32(2u * (bits >> 9u) + 1u) / 16777216.0;
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
  let kind = entries[entry + 1u];
  let key = entries[entry + 2u];
  let own = index % params.T;
  if (scores[start + own] <= MASKED) {
    pattern[start + own] = 0.0;
    return;
  }
  let mine = draw(key, own);
  var visible = 0u;
  var largest = 0.0;
  var drawn = 0.0;
  var rank = 0u;
  for (var s = 0u; s < params.T; s++) {
    if (scores[start + s] <= MASKED) {
      continue;
    }
    let other = draw(key, s);
    visible += 1u;
    largest = max(largest, before[start + s]);
    drawn += weight(other);
    if (other < mine || (other == mine && s < own)) {
      rank += 1u;
    }
  }
  if (kind == UNIFORM) {
    pattern[start + own] = 1.0 / f32(visible);
  } else if (kind == REVERSED) {
    var sum = 0.0;
    for (var s = 0u; s < params.T; s++) {
      if (scores[start + s] > MASKED) {
        sum += largest - before[start + s];
      }
    }
    if (sum > 0.0) {
      pattern[start + own] = (largest - before[start + own]) / sum;
    }
  } else if (kind == SHUFFLED) {
    var seen = 0u;
    for (var s = 0u; s < params.T; s++) {
      if (scores[start + s] <= MASKED) {
        continue;
      }
      if (seen == rank) {
        pattern[start + s] = before[start + own];
      }
      seen += 1u;
    }
  } else {
    pattern[start + own] = weight(mine) / drawn;
  }
}
