// out [R,H,D]: out[r,h,:] = x[r,:] for every head.
//
// Bindings: 0 x [R,D], 1 out, 2 params.
// Workgroups: one thread per element of rows*H*D, numbered y * num_workgroups.x + x.
// Numerics: exact.

struct Params {
  row0: u32,
  rows: u32,
  H: u32,
  D: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let perRow = params.H * params.D;
  if (index >= params.rows * perRow) {
    return;
  }
  let row = params.row0 + index / perRow;
  out[params.row0 * perRow + index] = x[row * params.D + index % params.D];
}
