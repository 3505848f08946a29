// Copies rows listed in a table: (destination row, source row) pairs, or source rows for the rows
// from dstRow on. If weight is not 0, adds them times the weight; then each row of dst may occur
// only once in the table.
//
// Shapes: table [n,2] if paired == 1, else [n]; src [*, srcStride]; dst [*, dstStride].
//   dst[dRow*dstStride + dstCol + c] = src[sRow*srcStride + srcCol + c], c < width,
//   or += weight * that.
// Bindings: 0 table u32, 1 src, 2 dst, 3 params.
// Workgroups: one thread per element of rows*width, numbered y * num_workgroups.x + x.
// Numerics: a copy is exact, a sum f32.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
  dstStride: u32,
  dstCol: u32,
  srcStride: u32,
  srcCol: u32,
  paired: u32,
  dstRow: u32,
  weight: f32,
}

@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, read> src: array<f32>;
@group(0) @binding(2) var<storage, read_write> dst: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let i = index / params.width;
  let c = index % params.width;
  if (i >= params.rows) {
    return;
  }
  let n = params.row0 + i;
  var dRow = params.dstRow + n;
  if (params.paired == 1u) {
    dRow = table[2u * n];
  }
  let sRow = table[n * (1u + params.paired) + params.paired];
  let value = src[sRow * params.srcStride + params.srcCol + c];
  let to = dRow * params.dstStride + params.dstCol + c;
  if (params.weight == 0.0) {
    dst[to] = value;
  } else {
    dst[to] += params.weight * value;
  }
}
