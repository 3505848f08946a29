// out [R,W] = (x [R,W] - mean) / scale [R], without the mean if center is 0: a norm's middle step,
// with a divisor that may have been edited.
//
// Before it: lib/finite.wgsl, lib/team.wgsl, lib/moments.wgsl.
// Bindings: 0 x, 1 scale, 2 out, 3 params.
// Workgroups: one per 4 rows, numbered y * num_workgroups.x + x; 16 threads per row stride over the
// columns.
// Numerics: as in lib/moments.wgsl.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
  center: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> scale: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> parts: array<vec2f, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = 4u * (group.y * groups.x + group.x) + lane / 16u;
  let first = lane % 16u;
  // A row past the end has no columns but takes part in the barriers.
  let width = select(0u, params.width, i < params.rows);
  let row = params.row0 + i;
  let start = row * params.width;
  var sum = 0.0;
  for (var c = first; c < width; c += 16u) {
    sum += x[start + c];
  }
  let mean = moments(sum, start, width, lane).x;
  for (var c = first; c < width; c += 16u) {
    out[start + c] = normalized(x[start + c], mean, scale[row]);
  }
}
