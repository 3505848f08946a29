// out [R,D] = the chosen experts' outputs y [R,A,D], summed with their weights:
//   out[r,d] = sum_j share_j y[r,j,d], share_j = weights[r,e_j],
//   divided by the sum of the chosen weights if renormalised == 1.
//
// If that sum is 0, every share and the output are 0. NaN or infinity as a choice, written by an
// edit, carries over to the output.
// Before it: lib/finite.wgsl, lib/expert.wgsl.
// Shapes: weights [R,X], chosen [R,A].
// Bindings: 0 weights, 1 chosen, 2 y, 3 out, 4 params.
// Workgroups: one thread per element of rows*D, numbered y * num_workgroups.x + x.
// Numerics: f32, choices in order.

struct Params {
  row0: u32,
  rows: u32,
  D: u32,
  X: u32,
  A: u32,
  renormalised: u32,
}

@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> chosen: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn weight_of(r: u32, j: u32) -> f32 {
  let choice = chosen[r * params.A + j];
  return select(choice, weights[r * params.X + expert_at(choice, params.X)], is_finite(choice));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let r = params.row0 + index / params.D;
  let d = index % params.D;
  if (index / params.D >= params.rows) {
    return;
  }
  var total = 0.0;
  for (var j = 0u; j < params.A; j++) {
    total += weight_of(r, j);
  }
  let divisor = select(1.0, total, params.renormalised == 1u && total != 0.0);
  var sum = 0.0;
  for (var j = 0u; j < params.A; j++) {
    sum += weight_of(r, j) / divisor * y[(r * params.A + j) * params.D + d];
  }
  out[r * params.D + d] = sum;
}
