// Backward of `mix_experts` to the router's weights: toWeights [R,X], 0 for experts that were not chosen;
// for choice j, with s_j = d . y_j,
//   s_j, or with renormalised == 1 (s_j - sum over choices of share s) / sum of the chosen weights.
//
// Before it: lib/finite.wgsl, lib/expert.wgsl.
// Shapes: weights [R,X], chosen [R,A], y [R,A,D], d [R,D].
// Bindings: 0 weights, 1 chosen, 2 y, 3 d, 4 toWeights, 5 params.
// Workgroups: one thread per row, numbered y * num_workgroups.x + x.
// Numerics: f32, columns in order, then choices.

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
@group(0) @binding(3) var<storage, read> d: array<f32>;
@group(0) @binding(4) var<storage, read_write> toWeights: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

fn weight_of(r: u32, j: u32) -> f32 {
  let choice = chosen[r * params.A + j];
  return select(choice, weights[r * params.X + expert_at(choice, params.X)], is_finite(choice));
}

fn slope_at(r: u32, j: u32) -> f32 {
  var sum = 0.0;
  for (var c = 0u; c < params.D; c++) {
    sum += d[r * params.D + c] * y[(r * params.A + j) * params.D + c];
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= params.rows) {
    return;
  }
  let r = params.row0 + index;
  for (var e = 0u; e < params.X; e++) {
    toWeights[r * params.X + e] = 0.0;
  }
  var total = 0.0;
  for (var j = 0u; j < params.A; j++) {
    total += weight_of(r, j);
  }
  var divisor = 1.0;
  var mean = 0.0;
  if (params.renormalised == 1u) {
    divisor = select(1.0, total, total != 0.0);
    for (var j = 0u; j < params.A; j++) {
      mean += weight_of(r, j) / divisor * slope_at(r, j);
    }
  }
  for (var j = 0u; j < params.A; j++) {
    let e = expert_at(chosen[r * params.A + j], params.X);
    toWeights[r * params.X + e] += (slope_at(r, j) - mean) / divisor;
  }
}
