// Rotary position embedding, in place: rotates pairs in each head's first `dims` columns by the
// position's angles: x_i' = x_i cos - x_j sin, x_j' = x_j cos + x_i sin. Pair n is i = n*step, j =
// i + apart: step 1, apart dims/2 for halves; step 2, apart 1 for neighbours.
//
// Shapes: positions u32 [R], each mod T a position >= `begin`; angles [*, dims/2, 2] = cos, sin for
// positions from `begin` on; head h of row r is x[r*stride + col + h*K ..+K].
// Bindings: 0 positions, 1 angles, 2 x, 3 params.
// Workgroups: one thread per pair of rows*heads*dims/2, numbered y * num_workgroups.x + x.
// Numerics: two products and a sum per element. The host computes the angles, since WGSL's sine is
// imprecise.

struct Params {
  row0: u32,
  rows: u32,
  heads: u32,
  K: u32,
  dims: u32,
  step: u32,
  apart: u32,
  stride: u32,
  col: u32,
  T: u32,
  begin: u32,
}

@group(0) @binding(0) var<storage, read> positions: array<u32>;
@group(0) @binding(1) var<storage, read> angles: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let pairs = params.dims / 2u;
  let perRow = params.heads * pairs;
  if (index >= params.rows * perRow) {
    return;
  }
  let row = params.row0 + index / perRow;
  let h = index % perRow / pairs;
  let pair = index % pairs;
  let position = positions[row] % params.T - params.begin;
  let turn = angles[position * pairs + pair];
  let i = row * params.stride + params.col + h * params.K + pair * params.step;
  let j = i + params.apart;
  let a = x[i];
  let b = x[j];
  x[i] = a * turn.x - b * turn.y;
  x[j] = b * turn.x + a * turn.y;
}
