// Backward of `mix_experts` to the experts' outputs: toY [R,A,D] = share_j * d [R,D], share_j =
// weights[r,e_j], divided by the sum of the chosen weights if renormalised == 1.
//
// Before it: lib/finite.wgsl, lib/expert.wgsl.
// Shapes: weights [R,X], chosen [R,A].
// Bindings: 0 weights, 1 chosen, 2 d, 3 toY, 4 params.
// Workgroups: one thread per element of rows*A*D, numbered y * num_workgroups.x + x.
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
@group(0) @binding(2) var<storage, read> d: array<f32>;
@group(0) @binding(3) var<storage, read_write> toY: array<f32>;
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
  if (index >= params.rows * params.A * params.D) {
    return;
  }
  let r = params.row0 + index / (params.A * params.D);
  let j = index / params.D % params.A;
  var total = 0.0;
  for (var k = 0u; k < params.A; k++) {
    total += weight_of(r, k);
  }
  let divisor = select(1.0, total, params.renormalised == 1u && total != 0.0);
  let c = index % params.D;
  toY[(r * params.A + j) * params.D + c] = weight_of(r, j) / divisor * d[r * params.D + c];
}
