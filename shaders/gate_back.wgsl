// Backward of `gate`: from d [R,W], the gradient of act(pre) * linear,
//   toPre = d * act'(pre) * linear and toLinear = d * act(pre).
// With limit > 0, of act(min(pre, limit)) * (min(max(linear, -limit), limit) + 1): 0 where the clamp
// holds.
//
// Before it: lib/finite.wgsl, lib/soft_cap.wgsl, lib/activation.wgsl, lib/activation_slope.wgsl, which
// list the codes of act.
// Bindings: 0 d, 1 pre, 2 linear, 3 toPre, 4 toLinear, 5 params.
// Workgroups: one thread per element of rows*width, numbered y * num_workgroups.x + x.
// Numerics: as in the two files, plus two roundings.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
  act: u32,
  limit: f32,
}

@group(0) @binding(0) var<storage, read> d: array<f32>;
@group(0) @binding(1) var<storage, read> pre: array<f32>;
@group(0) @binding(2) var<storage, read> linear: array<f32>;
@group(0) @binding(3) var<storage, read_write> toPre: array<f32>;
@group(0) @binding(4) var<storage, read_write> toLinear: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= params.rows * params.width) {
    return;
  }
  let i = params.row0 * params.width + index;
  var gate = pre[i];
  var value = linear[i];
  var gateMoves = 1.0;
  var valueMoves = 1.0;
  if (params.limit > 0.0) {
    gateMoves = select(0.0, 1.0, gate <= params.limit);
    valueMoves = select(0.0, 1.0, abs(value) <= params.limit);
    gate = select(gate, min(gate, params.limit), is_finite(gate));
    value = select(value, clamp(value, -params.limit, params.limit), is_finite(value)) + 1.0;
  }
  toPre[i] = d[i] * value * slope_of(gate, params.act) * gateMoves;
  toLinear[i] = d[i] * activate(gate, params.act) * valueMoves;
}
