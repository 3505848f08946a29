// Matrix product with weights stored [in, out]:
//   out[r*oStride + oOffset + n] = act(sum_k a[r,k] w[k,n] + (hasBias == 1 ? bias[n] : 0)).
//
// Shapes: a [R,K], w [K,N], bias [N]. Needs K, N, oStride and oOffset to be multiples of 4.
// Before it: lib/weights_f32.wgsl or lib/weights_f16.wgsl; lib/finite.wgsl, lib/soft_cap.wgsl,
// lib/activation.wgsl, which lists the codes of act.
// Bindings: 0 a, 1 w, 2 bias (with hasBias 0 any buffer: not read), 3 out (by fours), 4 params.
// Workgroups: x over tiles of 32 columns, y over tiles of 32 rows; 8x8 threads of 4x4 outputs each,
// in registers, without workgroup memory.
// Numerics: f32 accumulators, four products at a time, k in order; an output depends only on its own
// row of a.

struct Params {
  row0: u32,
  rows: u32,
  K: u32,
  N: u32,
  act: u32,
  hasBias: u32,
  oStride: u32,
  oOffset: u32,
}

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<Weight4>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

fn store(row: u32, column: u32, sum: vec4f) {
  var value = sum;
  if (params.hasBias == 1u) {
    value += bias[column];
  }
  if (params.act != 0u) {
    for (var c = 0u; c < 4u; c++) {
      value[c] = activate(value[c], params.act);
    }
  }
  out[(row * params.oStride + params.oOffset) / 4u + column] = value;
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) thread: vec3u) {
  let K4 = params.K / 4u;
  let N4 = params.N / 4u;
  let column = thread.x;
  let first = 4u * thread.y;
  if (column >= N4 || first >= params.rows) {
    return;
  }
  // Rows past the end repeat the last one: the same sum, stored twice.
  let row = params.row0 + min(first + vec4u(0u, 1u, 2u, 3u), vec4u(params.rows - 1u));
  let start = row * K4;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var k = 0u; k < K4; k++) {
    let at = 4u * k * N4 + column;
    let tile = mat4x4f(
      unpack4(w[at]),
      unpack4(w[at + N4]),
      unpack4(w[at + 2u * N4]),
      unpack4(w[at + 3u * N4]),
    );
    sum0 += tile * a[start.x + k];
    sum1 += tile * a[start.y + k];
    sum2 += tile * a[start.z + k];
    sum3 += tile * a[start.w + k];
  }
  store(row.x, column, sum0);
  store(row.y, column, sum1);
  store(row.z, column, sum2);
  store(row.w, column, sum3);
}
