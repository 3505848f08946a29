// Backward of `softmax`, in place: d [n,H,T] = pattern * (d - sum over keys of pattern * d).
//
// Masked keys have pattern 0 and get 0. A sink's share has no gradient of its own, so the sum over
// the keys is complete with sinks, too.
// Bindings: 0 pattern [n,H,T], 1 d, 2 params.
// Workgroups: one thread per (query, head) pair, numbered y * num_workgroups.x + x.
// Numerics: keys added in order.

struct Params {
  row0: u32,
  rows: u32,
  T: u32,
  H: u32,
}

@group(0) @binding(0) var<storage, read> pattern: array<f32>;
@group(0) @binding(1) var<storage, read_write> d: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

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
  var sum = 0.0;
  for (var j = 0u; j < params.T; j++) {
    sum += pattern[start + j] * d[start + j];
  }
  for (var j = 0u; j < params.T; j++) {
    d[start + j] = pattern[start + j] * (d[start + j] - sum);
  }
}
