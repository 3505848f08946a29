// Reduces rows of logits to what every metric needs, so that the logits stay on the GPU.
//
// Shapes: logits [n,V]; targets [n,2] = answer, distractor; out [n,7] = answer logit, distractor
// logit, max, argmax (lowest id on ties), sum over tokens of exp(logit - max), rank (tokens with a
// logit above the answer's), and a word that divergence.wgsl writes. If a logit of the row is NaN
// or infinite, the sum is -1, so that its logarithm is NaN however the adapter treats NaN.
// Before it: lib/finite.wgsl.
// Bindings: 0 logits, 1 targets u32, 2 out, 3 params.
// Workgroups: one per row, numbered y * num_workgroups.x + x; 64 threads stride over the
// vocabulary.
// Numerics: sums per thread, added in a fixed order; argmax and rank are exact up to 2^24.

struct Params {
  row0: u32,
  rows: u32,
  V: u32,
}

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

// The maximum and its token, then the sum of exponentials, the rank and the count of logits that
// are not finite.
var<workgroup> parts: array<vec3f, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = group.y * groups.x + group.x;
  if (i >= params.rows) {
    return;
  }
  let row = params.row0 + i;
  let start = row * params.V;
  var best = vec3f(logits[start], 0.0, 0.0);
  for (var t = lane; t < params.V; t += 64u) {
    let value = logits[start + t];
    if (value > best.x) {
      best = vec3f(value, f32(t), 0.0);
    }
  }
  parts[lane] = best;
  workgroupBarrier();
  for (var t = 0u; t < 64u; t++) {
    let other = parts[t];
    if (other.x > best.x || (other.x == best.x && other.y < best.y)) {
      best = other;
    }
  }
  workgroupBarrier();
  let answer = logits[start + targets[2u * row]];
  var counts = vec3f(0.0);
  for (var t = lane; t < params.V; t += 64u) {
    let value = logits[start + t];
    counts += vec3f(exp(value - best.x), f32(value > answer), f32(!is_finite(value)));
  }
  parts[lane] = counts;
  workgroupBarrier();
  if (lane != 0u) {
    return;
  }
  var total = vec3f(0.0);
  for (var t = 0u; t < 64u; t++) {
    total += parts[t];
  }
  out[7u * row] = answer;
  out[7u * row + 1u] = logits[start + targets[2u * row + 1u]];
  out[7u * row + 2u] = best.x;
  out[7u * row + 3u] = best.y;
  out[7u * row + 4u] = select(total.x, -1.0, total.z > 0.0);
  out[7u * row + 5u] = total.y;
}
