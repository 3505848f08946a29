// Matrix product of any shape, strided and batched; all offsets and strides in elements:
//   out[oOffset + b*oBatch + r*oStride + n] = act(sum_k a[aOffset + b*aBatch + r*aStride + k]
//       * w[wOffset + g*wBatch + k*wRow + n*wCol] + (hasBias == 1 ? bias[biasOffset + g*biasBatch + n] : 0)),
//   g = floor(b / wBatchDiv): batches that share a weight, as query heads share a key-value head.
//
// For sizes that are no multiples of 4, per-head projections (batch = head) and transposed weights.
// Before it: lib/weights_f32.wgsl or lib/weights_f16.wgsl; lib/finite.wgsl, lib/soft_cap.wgsl,
// lib/activation.wgsl, which lists the codes of act.
// Bindings: 0 a, 1 w, 2 bias (with hasBias 0 any buffer: not read), 3 out, 4 params.
// Workgroups: x over tiles of 32 columns, y over tiles of 32 rows, z over batches; 8x8 threads of 4x4
// outputs each.
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
  wBatchDiv: u32,
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<WeightWord>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn weight_at(i: u32) -> f32 {
  return unpack(w[i / WEIGHTS_PER_WORD], i);
}

fn store(b: u32, row: u32, column: vec4u, sum: vec4f) {
  let start = params.oOffset + b * params.oBatch + row * params.oStride;
  let shift = params.biasOffset + b / params.wBatchDiv * params.biasBatch;
  for (var c = 0u; c < 4u; c++) {
    var value = sum[c];
    if (params.hasBias == 1u) {
      value += bias[shift + column[c]];
    }
    out[start + column[c]] = activate(value, params.act);
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
  let wStart = params.wOffset + b / params.wBatchDiv * params.wBatch + column * params.wCol;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var k = 0u; k < params.K; k++) {
    let at = wStart + k * params.wRow;
    let weight = vec4f(weight_at(at.x), weight_at(at.y), weight_at(at.z), weight_at(at.w));
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
