// scale [R] = sqrt(var(x [R,W]) + eps) with center 1, sqrt(mean(x^2) + eps) with center 0: a norm's divisor, alone.
//
// Bindings: 0 x, 1 scale, 2 params.
// Workgroups: one per 4 rows, numbered y * num_workgroups.x + x; 16 threads per row stride over the columns.
// Numerics: as in norm.wgsl.

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

var<workgroup> parts: array<f32, 64>;

// Sum over the 16 threads of a row: each leaves its part, then all add the parts in the same order. The second
// barrier lets `parts` be used again.
fn total(part: f32, lane: u32) -> f32 {
  parts[lane] = part;
  workgroupBarrier();
  let first = lane & 48u;
  var sum = 0.0;
  for (var t = first; t < first + 16u; t++) {
    sum += parts[t];
  }
  workgroupBarrier();
  return sum;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = 4u * (group.y * groups.x + group.x) + lane / 16u;
  let first = lane % 16u;
  // A row past the end has no columns, but takes part in the barriers.
  let width = select(0u, params.width, i < params.rows);
  let start = (params.row0 + i) * params.width;
  var mean = 0.0;
  if (params.center == 1u) {
    var sum = 0.0;
    for (var c = first; c < width; c += 16u) {
      sum += x[start + c];
    }
    mean = total(sum, lane) / f32(params.width);
  }
  var squares = 0.0;
  for (var c = first; c < width; c += 16u) {
    let centred = x[start + c] - mean;
    squares += centred * centred;
  }
  let square = total(squares, lane) / f32(params.width);
  if (first == 0u && width > 0u) {
    scale[params.row0 + i] = sqrt(square + params.eps);
  }
}
