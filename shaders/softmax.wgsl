// pattern [n,H,T] = softmax of scores [n,H,T] over the last axis; entries <= -1e29 (masked) give
// exactly 0.
//
// A fully masked row gives 0 everywhere. With hasSinks 1 each head has an extra score, sinks [H],
// whose share goes to no entry.
// Before it: lib/finite.wgsl.
// Bindings: 0 scores, 1 sinks (with hasSinks 0 any buffer: not read), 2 pattern, 3 params.
// Workgroups: one thread per (query, head) pair, numbered y * num_workgroups.x + x.
// Numerics: as in attend.wgsl.

struct Params {
  row0: u32,
  rows: u32,
  T: u32,
  H: u32,
  hasSinks: u32,
}

@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read> sinks: array<f32>;
@group(0) @binding(2) var<storage, read_write> pattern: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

const MASKED = -1e29;

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
  let start = (params.row0 * params.H + pair) * params.T;
  var largest = -1e30;
  if (params.hasSinks == 1u) {
    largest = sinks[pair % params.H];
  }
  for (var j = 0u; j < params.T; j++) {
    largest = max(largest, scores[start + j]);
  }
  var sum = 0.0;
  if (params.hasSinks == 1u) {
    sum = exp(sinks[pair % params.H] - largest);
  }
  for (var j = 0u; j < params.T; j++) {
    let value = scores[start + j];
    var weight = exp(value - largest);
    if (value <= MASKED && !is_nan(value)) {
      weight = 0.0;
    }
    pattern[start + j] = weight;
    sum += weight;
  }
  if (sum == 0.0) {
    return;
  }
  for (var j = 0u; j < params.T; j++) {
    pattern[start + j] = pattern[start + j] / sum;
  }
}
