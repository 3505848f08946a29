// out [R,W] = x [R,W] * (w [W] + shift) + b [W]: the last step of a norm, on its own. With
// hasWeight 0 there is no factor, with hasBias 0 no term; an absent one is not read, so any buffer
// that is not written may be bound.
//
// Bindings: 0 x, 1 w, 2 b, 3 out, 4 params.
// Workgroups: one thread per element of rows*width, numbered y * num_workgroups.x + x.
// Numerics: as in norm.wgsl.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
  hasWeight: u32,
  hasBias: u32,
  shift: f32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

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
  let i = params.row0 * params.width + index;
  let c = index % params.width;
  var value = x[i];
  if (params.hasWeight == 1u) {
    value *= w[c] + params.shift;
  }
  if (params.hasBias == 1u) {
    value += b[c];
  }
  out[i] = value;
}
