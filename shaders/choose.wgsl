// Indices of the A largest of X numbers, row by row: chosen [R,A], largest first, as floats.
//
// Ties go to the lower index, as in ONNX's TopK. NaN counts as larger than any number, so that it
// is chosen and not lost.
// Before it: lib/finite.wgsl.
// Shapes: weights [R,X], chosen [R,A], A <= X.
// Bindings: 0 weights, 1 chosen, 2 params.
// Workgroups: one thread per row, numbered y * num_workgroups.x + x.
// Numerics: exact. Choice j is the first in order after choice j-1, so no thread keeps a list.

struct Params {
  row0: u32,
  rows: u32,
  X: u32,
  A: u32,
}

@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read_write> chosen: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn rank(i: u32) -> f32 {
  let value = weights[i];
  return select(value, 3.4028234e38, is_nan(value));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= params.rows) {
    return;
  }
  let r = params.row0 + index;
  let start = r * params.X;
  var last = params.X;
  for (var j = 0u; j < params.A; j++) {
    var best = params.X;
    for (var e = 0u; e < params.X; e++) {
      let value = rank(start + e);
      let isLeft = last == params.X
        || value < rank(start + last)
        || (value == rank(start + last) && e > last);
      if (isLeft && (best == params.X || value > rank(start + best))) {
        best = e;
      }
    }
    chosen[r * params.A + j] = f32(best);
    last = best;
  }
}
