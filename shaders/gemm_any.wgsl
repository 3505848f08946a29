// Matrix product of any shape, strided and batched; all offsets and strides in elements:
//   out[oOffset + b*oBatch + r*oStride + n] = act(sum_k a[aOffset + b*aBatch + r*aStride + k]
//       * w[wOffset + b*wBatch + k*wRow + n*wCol] + (hasBias == 1 ? bias[biasOffset + b*biasBatch + n] : 0)).
//
// For sizes that are no multiples of 4, per-head projections (batch = head) and transposed weights.
// act: 0 none, 1 gelu_new (see gelu.wgsl).
// Bindings: 0 a, 1 w, 2 bias (with hasBias 0 any buffer: not read), 3 out, 4 params.
// Workgroups: x over tiles of 32 columns, y over tiles of 32 rows, z over batches; 8x8 threads of 4x4 outputs each.
// Numerics: f32 accumulators, k in order; an output depends on its own row of a alone.

struct Params {
  row0: u32,
  rows: u32,
  K: u32,
  N: u32,
  act: u32,
  hasBias: u32,
  aOffset: u32,
  aStride: u32,
  aBatch: u32,
  wOffset: u32,
  wRow: u32,
  wCol: u32,
  wBatch: u32,
  biasOffset: u32,
  biasBatch: u32,
  oOffset: u32,
  oStride: u32,
  oBatch: u32,
  batches: u32,
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn gelu_new(v: f32) -> f32 {
  let u = 0.7978845608028654 * (v + 0.044715 * v * v * v);
  return v / (1.0 + exp(clamp(-2.0 * u, -80.0, 80.0)));
}

fn store(b: u32, row: u32, column: vec4u, sum: vec4f) {
  let start = params.oOffset + b * params.oBatch + row * params.oStride;
  let shift = params.biasOffset + b * params.biasBatch;
  for (var c = 0u; c < 4u; c++) {
    var value = sum[c];
    if (params.hasBias == 1u) {
      value += bias[shift + column[c]];
    }
    if (params.act == 1u) {
      value = gelu_new(value);
    }
    out[start + column[c]] = value;
  }
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) thread: vec3u) {
  let b = thread.z;
  let first = 4u * thread.yx;
  if (first.x >= params.rows || first.y >= params.N || b >= params.batches) {
    return;
  }
  // Rows and columns past the end repeat the last one: the same sum, stored twice.
  let row = params.row0 + min(first.x + vec4u(0u, 1u, 2u, 3u), vec4u(params.rows - 1u));
  let column = min(first.y + vec4u(0u, 1u, 2u, 3u), vec4u(params.N - 1u));
  let aStart = params.aOffset + b * params.aBatch + row * params.aStride;
  let wStart = params.wOffset + b * params.wBatch + column * params.wCol;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var k = 0u; k < params.K; k++) {
    let at = wStart + k * params.wRow;
    let weight = vec4f(w[at.x], w[at.y], w[at.z], w[at.w]);
    sum0 += a[aStart.x + k] * weight;
    sum1 += a[aStart.y + k] * weight;
    sum2 += a[aStart.z + k] * weight;
    sum3 += a[aStart.w + k] * weight;
  }
  store(b, row.x, column, sum0);
  store(b, row.y, column, sum1);
  store(b, row.z, column, sum2);
  store(b, row.w, column, sum3);
}
