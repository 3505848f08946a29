// The mean of listed rows: what a capture with `mean` reads of all samples of a run.
//
// Shapes: table [rows,count] of rows of x; x [*,stride]; out [rows,width].
//   out[r,c] = 1/count * sum over i of x[table[r,i], col + c], c < width.
// Bindings: 0 table u32, 1 x, 2 out, 3 params.
// Workgroups: one thread per element of rows*width, numbered y * num_workgroups.x + x.
// Numerics: sums f32, in the order of the table.

struct Params {
  row0: u32,
  rows: u32,
  count: u32,
  width: u32,
  stride: u32,
  col: u32,
}

@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

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
  let row = params.row0 + index / params.width;
  let c = index % params.width;
  var sum = 0.0;
  for (var i = 0u; i < params.count; i++) {
    sum += x[table[row * params.count + i] * params.stride + params.col + c];
  }
  out[row * params.width + c] = sum / f32(params.count);
}
