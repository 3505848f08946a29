// Backward of `clip`: d [R,W] becomes 0 where |x [R,W]| >= most, x the clipped value.
//
// Bindings: 0 x, 1 d, 2 params.
// Workgroups: one thread per element of rows*width, numbered y * num_workgroups.x + x.
// Numerics: exact.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
  most: f32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> d: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

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
  d[i] = select(d[i], 0.0, abs(x[i]) >= params.most);
}
