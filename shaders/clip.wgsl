// x [R,W] = min(max(x, -most), most), in place: OLMo's clip of queries, keys and values.
//
// Before it: lib/finite.wgsl.
// Bindings: 0 x, 1 params.
// Workgroups: one thread per element of rows*width, numbered y * num_workgroups.x + x.
// Numerics: exact. NaN and infinity are kept; a clamp would make them finite.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
  most: f32,
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
  let value = x[i];
  if (is_finite(value)) {
    x[i] = clamp(value, -params.most, params.most);
  }
}
