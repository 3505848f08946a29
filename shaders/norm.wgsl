// LayerNorm (center 1) or RMS norm (center 0), with the residual add in front of it.
//
// Shapes: delta, resid, out [R,W]; weight, bias [W].
//   if hasDelta == 1: resid += delta (written); out = normalized * (weight + shift) + bias, where
//   center 1: normalized = (resid - mean) / sqrt(var + eps); center 0: normalized = resid / sqrt(mean(resid^2) + eps).
//   With hasWeight 0 there is no factor, with hasBias 0 no term.
// Bindings: 0 delta, 1 resid, 2 weight, 3 bias, 4 out, 5 params. What is absent is not read: any other buffer that is
// not written serves.
// Workgroups: one per 4 rows, numbered y * num_workgroups.x + x; 16 threads per row stride over the columns.
// Numerics: two passes, the variance from centred values; partial sums per thread, added in a fixed order.

struct Params {
  row0: u32,
  rows: u32,
  width: u32,
  eps: f32,
  hasDelta: u32,
  center: u32,
  hasWeight: u32,
  hasBias: u32,
  shift: f32,
}

@group(0) @binding(0) var<storage, read> delta: array<f32>;
@group(0) @binding(1) var<storage, read_write> resid: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

var<workgroup> parts: array<f32, 64>;

// Sum over the 16 threads of a row: each leaves its part, then all add the parts in the same order. The second
// barrier lets `parts` be used again.
fn total(part: f32, lane: u32) -> f32 {
  parts[lane] = part;
  workgroupBarrier();
  let first = lane & 48u;
  var sum = 0.0;
  for (var t = first; t < first + 16u; t++) {
    sum += parts[t];
  }
  workgroupBarrier();
  return sum;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = 4u * (group.y * groups.x + group.x) + lane / 16u;
  let first = lane % 16u;
  // A row past the end has no columns, but takes part in the barriers.
  let width = select(0u, params.width, i < params.rows);
  let start = (params.row0 + i) * params.width;
  var sum = 0.0;
  for (var c = first; c < width; c += 16u) {
    var value = resid[start + c];
    if (params.hasDelta == 1u) {
      value += delta[start + c];
      resid[start + c] = value;
    }
    sum += value;
  }
  var mean = 0.0;
  if (params.center == 1u) {
    mean = total(sum, lane) / f32(params.width);
  }
  var squares = 0.0;
  for (var c = first; c < width; c += 16u) {
    let centred = resid[start + c] - mean;
    squares += centred * centred;
  }
  let scale = sqrt(total(squares, lane) / f32(params.width) + params.eps);
  for (var c = first; c < width; c += 16u) {
    var value = (resid[start + c] - mean) / scale;
    if (params.hasWeight == 1u) {
      value *= weight[c] + params.shift;
    }
    if (params.hasBias == 1u) {
      value += bias[c];
    }
    out[start + c] = value;
  }
}
