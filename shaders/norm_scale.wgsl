// scale [R] = sqrt(var(x [R,W]) + eps) with center 1, sqrt(mean(x^2) + eps) with center 0: a norm's
// divisor alone.
//
// Before it: lib/finite.wgsl, lib/team.wgsl, lib/moments.wgsl.
// Bindings: 0 x, 1 scale, 2 params.
// Workgroups: one per 4 rows, numbered y * num_workgroups.x + x; 16 threads per row stride over the
// columns.
// Numerics: as in lib/moments.wgsl.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
  eps: f32,
  center: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> scale: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

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
  let start = (params.row0 + i) * params.width;
  var sum = 0.0;
  for (var c = first; c < width; c += 16u) {
    sum += x[start + c];
  }
  let square = moments(sum, start, width, lane).y;
  if (first == 0u && width > 0u) {
    scale[params.row0 + i] = sqrt(square + params.eps);
  }
}
