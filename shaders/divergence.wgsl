// KL(p || q) in nats: p from a reference row of logits, q from a row of this pass.
//
//   out[7*row + 6] = sum over tokens of q - p - p*delta, delta = log q - log p.
//
// Since p and q sum to 1, this is the divergence. All terms are non-negative, and an error of
// either normaliser enters squared.
// Shapes: logits [*,V]; references [*,V], logits or log-probabilities; table u32 [n,2]: row of
// logits and out, row of references; out [*,7], whose words 0 to 5 `metric` writes.
// Before it: lib/finite.wgsl.
// Bindings: 0 table, 1 references, 2 logits, 3 out, 4 params (rows counts entries of the table).
// Workgroups: one per entry, numbered y * num_workgroups.x + x; 64 threads stride over the
// vocabulary.
// Numerics: if |delta| < 0.5 a term is p delta^2 (1/2 + delta/6 + ...), so that small divergences
// keep their digits. Sums per thread are added in a fixed order. -1 if a number of either row is
// not finite.

struct Params {
  row0: u32,
  rows: u32,
  V: u32,
}

@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, read> references: array<f32>;
@group(0) @binding(2) var<storage, read> logits: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

// For the reference and the row: the maximum, then the sum of exponentials; then the divergence and
// the count of numbers that are not finite.
var<workgroup> parts: array<vec2f, 64>;

fn added() -> vec2f {
  var total = vec2f(0.0);
  for (var t = 0u; t < 64u; t++) {
    total += parts[t];
  }
  return total;
}

// exp(x) - 1 - x for |x| < 0.5, to a relative 1e-7.
fn beyond_linear(x: f32) -> f32 {
  let tail = 1.0 + x / 6.0 * (1.0 + x / 7.0 * (1.0 + x / 8.0 * (1.0 + x / 9.0)));
  return 0.5 * x * x * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * tail)));
}

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
  let row = table[2u * (params.row0 + i)];
  let start = vec2u(table[2u * (params.row0 + i) + 1u], row) * params.V;
  var most = vec2f(references[start.x], logits[start.y]);
  for (var t = lane; t < params.V; t += 64u) {
    most = max(most, vec2f(references[start.x + t], logits[start.y + t]));
  }
  parts[lane] = most;
  workgroupBarrier();
  for (var t = 0u; t < 64u; t++) {
    most = max(most, parts[t]);
  }
  workgroupBarrier();
  var sums = vec2f(0.0);
  for (var t = lane; t < params.V; t += 64u) {
    sums += exp(vec2f(references[start.x + t], logits[start.y + t]) - most);
  }
  parts[lane] = sums;
  workgroupBarrier();
  let total = added();
  workgroupBarrier();
  let shift = (most.y - most.x) + log(total.y / total.x);
  var found = vec2f(0.0);
  for (var t = lane; t < params.V; t += 64u) {
    let values = vec2f(references[start.x + t], logits[start.y + t]);
    let p = exp(values.x - most.x) / total.x;
    let delta = (values.y - values.x) - shift;
    var term = p * beyond_linear(delta);
    if (abs(delta) >= 0.5) {
      term = exp(values.y - most.y) / total.y - p - p * delta;
    }
    found += vec2f(term, f32(!is_finite(values.x) || !is_finite(values.y)));
  }
  parts[lane] = found;
  workgroupBarrier();
  if (lane != 0u) {
    return;
  }
  let result = added();
  out[7u * row + 6u] = select(result.x, -1.0, result.y > 0.0);
}
