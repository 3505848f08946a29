// Matrix product with weights stored [out, in], both operands contiguous along K:
//   out[r*oStride + oOffset + n] = act(sum_k a[r,k] w[n,k] + (hasBias == 1 ? bias[biasOffset + n] : 0)).
//
// Shapes: a [R,K], w [N,K]. Needs K % 4 == 0; any N.
// Before it: lib/weights_f32.wgsl or lib/weights_f16.wgsl; lib/finite.wgsl, lib/soft_cap.wgsl,
// lib/activation.wgsl, which lists the codes of act.
// Bindings: 0 a, 1 w (both by fours), 2 bias (with hasBias 0 any buffer: not read), 3 out (f32),
// 4 params.
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
  biasOffset: u32,
  oOffset: u32,
  oStride: u32,
}

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<Weight4>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn store(row: u32, column: vec4u, sum: vec4f) {
  let start = params.oOffset + row * params.oStride;
  for (var c = 0u; c < 4u; c++) {
    var value = sum[c];
    if (params.hasBias == 1u) {
      value += bias[params.biasOffset + column[c]];
    }
    out[start + column[c]] = activate(value, params.act);
  }
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
    let tile = mat4x4f(
      unpack4(w[wStart.x + k]),
      unpack4(w[wStart.y + k]),
      unpack4(w[wStart.z + k]),
      unpack4(w[wStart.w + k]),
    );
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
