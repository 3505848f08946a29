// out [R, oOffset + oStride*r + n] = a [R,K] w [N,K]^T: both operands contiguous along K. The unembedding.
//
// Needs K % 4 == 0; any N.
// Bindings: 0 a, 1 w (both vec4), 2 out (f32), 3 params.
// Workgroups: x over tiles of 32 columns, y over tiles of 32 rows; 8x8 threads of 4x4 outputs each, in registers,
// without workgroup memory.
// Numerics: f32 accumulators, four products at a time, k in order; an output depends on its own row of a.

struct Params {
  row0: u32,
  rows: u32,
  K: u32,
  N: u32,
  oOffset: u32,
  oStride: u32,
}

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn store(row: u32, column: vec4u, sum: vec4f) {
  let start = params.oOffset + row * params.oStride;
  out[start + column.x] = sum.x;
  out[start + column.y] = sum.y;
  out[start + column.z] = sum.z;
  out[start + column.w] = sum.w;
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) thread: vec3u) {
  let K4 = params.K / 4u;
  let first = 4u * thread.yx;
  if (first.x >= params.rows || first.y >= params.N) {
    return;
  }
  // Rows and columns past the end repeat the last one: the same sum, stored twice.
  let row = params.row0 + min(first.x + vec4u(0u, 1u, 2u, 3u), vec4u(params.rows - 1u));
  let column = min(first.y + vec4u(0u, 1u, 2u, 3u), vec4u(params.N - 1u));
  let aStart = row * K4;
  let wStart = column * K4;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var k = 0u; k < K4; k++) {
    let tile = mat4x4f(w[wStart.x + k], w[wStart.y + k], w[wStart.z + k], w[wStart.w + k]);
    sum0 += a[aStart.x + k] * tile;
    sum1 += a[aStart.y + k] * tile;
    sum2 += a[aStart.z + k] * tile;
    sum3 += a[aStart.w + k] * tile;
  }
  store(row.x, column, sum0);
  store(row.y, column, sum1);
  store(row.z, column, sum2);
  store(row.w, column, sum3);
}
