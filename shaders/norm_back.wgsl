// Backward of a norm without weights, to its input:
//   out = g - mean(g), g = d / scale + dScale * normalized * scale / (W own), without the mean if center
// is 0, where d [R,W] is the gradient of the normalised rows, normalized [R,W] their values before any
// edit, scale [R] the divisor that the forward pass used, dScale [R] its gradient, own [R] the
// divisor as computed (equal to scale unless that was edited).
//
// Bindings: 0 d, 1 normalized, 2 scale, 3 own, 4 dScale (with frozen 1 not read: any buffer that is
// not written), 5 out, 6 params.
// Before it: lib/team.wgsl.
// Workgroups: one per 4 rows, numbered y * num_workgroups.x + x; 16 threads per row stride over the
// columns.
// Numerics: partial sums per thread, added in a fixed order.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
  center: u32,
  frozen: u32,
}

@group(0) @binding(0) var<storage, read> d: array<f32>;
@group(0) @binding(1) var<storage, read> normalized: array<f32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read> own: array<f32>;
@group(0) @binding(4) var<storage, read> dScale: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

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
  var along = 0.0;
  if (params.frozen == 0u && width > 0u) {
    along = dScale[row] * scale[row] / (f32(params.width) * own[row]);
  }
  var part = 0.0;
  for (var c = first; c < width; c += 16u) {
    let value = d[start + c] / scale[row] + along * normalized[start + c];
    out[start + c] = value;
    part += value;
  }
  if (params.center == 0u) {
    return;
  }
  let mean = total(vec2f(part, 0.0), lane).x / f32(params.width);
  for (var c = first; c < width; c += 16u) {
    out[start + c] -= mean;
  }
}
