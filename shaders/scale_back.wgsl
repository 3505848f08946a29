// Backward of `scale`, and of a capped score: d [R,W] *= scale * (1 - (y / cap)^2) if cap > 0, else
// d *= scale, in place; y [R,W] is the capped value.
//
// A masked y (-1e30) gives 0, as does every |y| >= cap.
// Bindings: 0 y (with cap 0 any buffer: not read), 1 d, 2 params.
// Workgroups: one thread per element of rows*width, numbered y * num_workgroups.x + x.
// Numerics: (1 - t)(1 + t), t = y / cap, so that little cancels near the cap.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
  scale: f32,
  cap: f32,
}

@group(0) @binding(0) var<storage, read> y: array<f32>;
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
  var factor = params.scale;
  if (params.cap > 0.0) {
    let t = y[i] / params.cap;
    factor *= select((1.0 - t) * (1.0 + t), 0.0, abs(t) >= 1.0);
  }
  d[i] *= factor;
}
