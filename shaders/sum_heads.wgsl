// out [R,D] = biasScale * bias [D] + sum over h of result [R,H,D].
//
// Bindings: 0 result, 1 bias (with biasScale 0 any buffer: not read), 2 out, 3 params.
// Workgroups: one thread per element of rows*D, numbered y * num_workgroups.x + x.
// Numerics: heads are added in order, the bias last.

struct Params {
  row0: u32,
  rows: u32,
  H: u32,
  D: u32,
  biasScale: f32,
}

@group(0) @binding(0) var<storage, read> result: array<f32>;
@group(0) @binding(1) var<storage, read> bias: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= params.rows * params.D) {
    return;
  }
  let row = params.row0 + index / params.D;
  let c = index % params.D;
  var sum = 0.0;
  for (var h = 0u; h < params.H; h++) {
    sum += result[(row * params.H + h) * params.D + c];
  }
  if (params.biasScale != 0.0) {
    sum += params.biasScale * bias[c];
  }
  out[row * params.D + c] = sum;
}
