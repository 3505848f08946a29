// Copies selected heads of selected rows to the public layout of a site: scores and pattern go from
// [R, H, T] to [H, T, T], and parts of a wider row (queries beside keys) become contiguous.
//
// Shapes: table [n,4], one entry per row: its first element in x, the first element of its first
// head in out, the distance of its heads in out, columns per head; chosen [heads]; x, out any.
//   out[dst + h*apart + c] = x[src + chosen[h]*perHead + c], c < columns.
// Bindings: 0 table u32, 1 chosen u32, 2 x, 3 out, 4 params; width is the largest number of columns
// of a row.
// Workgroups: one thread per element of rows*heads*width, numbered y * num_workgroups.x + x.
// Numerics: exact.

struct Params {
  row0: u32,
  rows: u32,
  heads: u32,
  width: u32,
  perHead: u32,
}

@group(0) @binding(0) var<storage, read> table: array<vec4u>;
@group(0) @binding(1) var<storage, read> chosen: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let c = index % params.width;
  let h = index / params.width % params.heads;
  let i = index / params.width / params.heads;
  if (i >= params.rows) {
    return;
  }
  let row = table[params.row0 + i];
  if (c < row.w) {
    out[row.y + h * row.z + c] = x[row.x + chosen[h] * params.perHead + c];
  }
}
