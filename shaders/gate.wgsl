// out [R,W] = act(pre [R,W]) * linear [R,W]: the middle of a gated MLP. With limit > 0 both are
// clamped, and 1 is added to the linear part: out = act(min(pre, limit)) * (min(max(linear,
// -limit), limit) + 1). NaN and infinity are kept.
//
// Before it: lib/finite.wgsl, lib/soft_cap.wgsl, lib/activation.wgsl, which lists the codes of act.
// Bindings: 0 pre, 1 linear, 2 out, 3 params.
// Workgroups: one thread per element of rows*width, numbered y * num_workgroups.x + x.
// Numerics: as in lib/activation.wgsl, plus one rounding.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
  act: u32,
  limit: f32,
}

@group(0) @binding(0) var<storage, read> pre: array<f32>;
@group(0) @binding(1) var<storage, read> linear: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

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
  let gate = pre[i];
  let value = linear[i];
  if (params.limit > 0.0) {
    let low = select(gate, min(gate, params.limit), is_finite(gate));
    let within = select(value, clamp(value, -params.limit, params.limit), is_finite(value));
    out[i] = activate(low, params.act) * (within + 1.0);
  } else {
    out[i] = activate(gate, params.act) * value;
  }
}
