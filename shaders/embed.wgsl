// Looks up rows of a table by (destination row, source row) pairs; the table may be bound in
// chunks.
//
// Shapes: table [n,2]; src [srcRows,W]; dst [*,W].
//   dst[dRow*W + c] = scale * src[(sRow-srcBase)*W + c], c < W = width,
//   if srcBase <= sRow < srcBase+srcRows (the bound chunk); other rows are unchanged.
// Before it: lib/weights_f32.wgsl or lib/weights_f16.wgsl.
// Bindings: 0 table u32, 1 src, 2 dst, 3 params.
// Workgroups: one thread per element of rows*width, numbered y * num_workgroups.x + x.
// Numerics: one rounding per element; exact with scale 1.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
  scale: f32,
  srcBase: u32,
  srcRows: u32,
}

@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, read> src: array<WeightWord>;
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
  let dRow = table[2u * (params.row0 + i)];
  let sRow = table[2u * (params.row0 + i) + 1u];
  if (sRow < params.srcBase || sRow - params.srcBase >= params.srcRows) {
    return;
  }
  let at = (sRow - params.srcBase) * params.width + c;
  dst[dRow * params.width + c] = params.scale * unpack(src[at / WEIGHTS_PER_WORD], at);
}
