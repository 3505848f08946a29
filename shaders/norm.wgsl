// LayerNorm (center 1) or RMS norm (center 0), after a residual add.
//
// Shapes: delta, x, out [R,W]; weight, bias [W].
//   if hasDelta == 1: x += delta (written); out = normalized * (weight + shift) + bias, where
//   center 1: normalized = (x - mean) / sqrt(var + eps); center 0: normalized = x / sqrt(mean(x^2) + eps).
//   With hasWeight 0 there is no factor, with hasBias 0 no term.
// Before it: lib/finite.wgsl, lib/team.wgsl, lib/moments.wgsl.
// Bindings: 0 delta, 1 x, 2 weight, 3 bias, 4 out, 5 params. An absent input is not read, so any
// buffer that is not written may be bound.
// Workgroups: one per 4 rows, numbered y * num_workgroups.x + x; 16 threads per row stride over the
// columns.
// Numerics: as in lib/moments.wgsl.

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
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

var<workgroup> parts: array<vec2f, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = 4u * (group.y * groups.x + group.x) + lane / 16u;
  let first = lane % 16u;
  // A row past the end has no columns but takes part in the barriers.
  let width = select(0u, params.width, i < params.rows);
  let start = (params.row0 + i) * params.width;
  var sum = 0.0;
  for (var c = first; c < width; c += 16u) {
    var value = x[start + c];
    if (params.hasDelta == 1u) {
      value += delta[start + c];
      x[start + c] = value;
    }
    sum += value;
  }
  let mean_square = moments(sum, start, width, lane);
  let scale = sqrt(mean_square.y + params.eps);
  for (var c = first; c < width; c += 16u) {
    var value = normalized(x[start + c], mean_square.x, scale);
    if (params.hasWeight == 1u) {
      value *= weight[c] + params.shift;
    }
    if (params.hasBias == 1u) {
      value += bias[c];
    }
    out[start + c] = value;
  }
}
