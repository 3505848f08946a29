// RMS norm of queries or keys, in place, per head: for each group (row r, head h) of `width`
// columns
//   g = x[r*stride + col + h*width ..+width]: g = g / sqrt(mean(g^2) + eps) * (weight [width] + shift).
// With heads 1 the group is the whole row of queries or keys.
//
// Before it: lib/finite.wgsl.
// Bindings: 0 weight, 1 x, 2 params.
// Workgroups: one per 4 groups of rows*heads, numbered y * num_workgroups.x + x; 16 threads per
// group stride over the columns.
// Numerics: partial sums per thread, added in a fixed order. A scale beyond the largest float must
// not give 0.

struct Params {
  row0: u32,
  rows: u32,
  heads: u32,
  width: u32,
  stride: u32,
  col: u32,
  eps: f32,
  shift: f32,
}

@group(0) @binding(0) var<storage, read> weight: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> parts: array<f32, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = 4u * (group.y * groups.x + group.x) + lane / 16u;
  let first = lane % 16u;
  // A group past the end has no columns but takes part in the barrier.
  let width = select(0u, params.width, i < params.rows * params.heads);
  let row = params.row0 + i / params.heads;
  let start = row * params.stride + params.col + i % params.heads * params.width;
  var squares = 0.0;
  for (var c = first; c < width; c += 16u) {
    squares += x[start + c] * x[start + c];
  }
  parts[lane] = squares;
  workgroupBarrier();
  var sum = 0.0;
  for (var t = lane - first; t < lane - first + 16u; t++) {
    sum += parts[t];
  }
  let scale = sqrt(sum / f32(params.width) + params.eps);
  for (var c = first; c < width; c += 16u) {
    let value = select(scale, x[start + c] / scale, is_finite(scale));
    x[start + c] = value * (weight[c] + params.shift);
  }
}
