// x [R,W] = scale * x, then cap * tanh(x / cap) if cap > 0, in place: for logits, and for outputs
// of attention and MLP.
//
// Before it: lib/finite.wgsl, lib/soft_cap.wgsl.
// Bindings: 0 x, 1 params.
// Workgroups: one thread per element of rows*width, numbered y * num_workgroups.x + x.
// Numerics: as in lib/soft_cap.wgsl.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
  scale: f32,
  cap: f32,
}

@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<uniform> params: Params;

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
  let value = params.scale * x[i];
  if (params.cap > 0.0) {
    x[i] = soft_cap(value, params.cap);
  } else {
    x[i] = value;
  }
}
