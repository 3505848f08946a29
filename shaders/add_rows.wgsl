// Adds weighted rows of one tensor to rows of another, by a table of pairs.
//
//   dst[dRow*dstStride + dstCol + c] += weight * src[sRow*srcStride + srcCol + c], c < width, for each pair (dRow, sRow).
//
// A row of dst may stand in one pair only.
// Bindings: 0 table u32 [n,2], 1 src, 2 dst, 3 params (rows counts pairs).
// Workgroups: one thread per (pair, column), numbered y * num_workgroups.x + x.
// Numerics: f32.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
  dstStride: u32,
  dstCol: u32,
  srcStride: u32,
  srcCol: u32,
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
  let pair = 2u * (params.row0 + i);
  let to = table[pair] * params.dstStride + params.dstCol + c;
  dst[to] += params.weight * src[table[pair + 1u] * params.srcStride + params.srcCol + c];
}
