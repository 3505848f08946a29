// Gradient of a norm's divisor: dScale [R] = -sum over columns of d * normalized / scale, where d [R,W]
// is the gradient of the normalised rows and normalized [R,W] their values before any edit.
//
// Bindings: 0 d, 1 normalized, 2 scale [R] (as the forward pass used it), 3 dScale, 4 params.
// Before it: lib/team.wgsl.
// Workgroups: one per 4 rows, numbered y * num_workgroups.x + x; 16 threads per row stride over the
// columns.
// Numerics: partial sums per thread, added in a fixed order.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
}

@group(0) @binding(0) var<storage, read> d: array<f32>;
@group(0) @binding(1) var<storage, read> normalized: array<f32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read_write> dScale: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

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
  var part = 0.0;
  for (var c = first; c < width; c += 16u) {
    part += d[start + c] * normalized[start + c];
  }
  let sum = total(vec2f(part, 0.0), lane).x;
  if (first == 0u && width > 0u) {
    dScale[row] = -sum / scale[row];
  }
}
