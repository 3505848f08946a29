// Gradients of scalars of rows of logits: for each entry,
//   out[row,:] = weight * d scalar / d logits[row,:], or with add == 1 plus what is there.
// kind 0 log p(a): e_a - p; 1 p(a): p_a (e_a - p); 2 KL(softmax(reference) || p): p -
// softmax(reference); 3 a weighted sum of logits: the reference itself.
//
// Shapes: logits, out [*,V]; references [*,V]; entries u32 [n,5]: 0 row, 1 kind, 2 token a, 3 weight
// as f32 bits, 4 row of references. The rows of one dispatch differ.
// Before it: lib/finite.wgsl.
// Bindings: 0 entries, 1 logits, 2 references (unread by kinds 0 and 1: any buffer that is not
// written), 3 out, 4 params (rows counts entries).
// Workgroups: one per entry, numbered y * num_workgroups.x + x; 64 threads stride over the
// vocabulary.
// Numerics: sums per thread, added in a fixed order. A row with a number that is not finite gives
// NaN.

struct Params {
  row0: u32,
  rows: u32,
  V: u32,
  add: u32,
}

@group(0) @binding(0) var<storage, read> entries: array<u32>;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> references: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

const PROB = 1u;
const KL = 2u;
const WEIGHTED = 3u;

// For the row and the reference: the maximum, then the sum of exponentials.
var<workgroup> parts: array<vec2f, 64>;
var<workgroup> broken: array<u32, 64>;

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
  let entry = 5u * (params.row0 + i);
  let kind = entries[entry + 1u];
  let a = entries[entry + 2u];
  let weight = bitcast<f32>(entries[entry + 3u]);
  let begin = entries[entry] * params.V;
  let reference = entries[entry + 4u] * params.V;
  let isKl = kind == KL;
  var most = vec2f(logits[begin], 0.0);
  if (isKl) {
    most.y = references[reference];
  }
  var bad = 0u;
  for (var t = lane; t < params.V; t += 64u) {
    let value = logits[begin + t];
    most.x = max(most.x, value);
    bad |= u32(!is_finite(value));
    if (isKl) {
      most.y = max(most.y, references[reference + t]);
      bad |= u32(!is_finite(references[reference + t]));
    }
  }
  parts[lane] = most;
  broken[lane] = bad;
  workgroupBarrier();
  for (var t = 0u; t < 64u; t++) {
    most = max(most, parts[t]);
    bad |= broken[t];
  }
  workgroupBarrier();
  var sums = vec2f(0.0);
  for (var t = lane; t < params.V; t += 64u) {
    sums.x += exp(logits[begin + t] - most.x);
    if (isKl) {
      sums.y += exp(references[reference + t] - most.y);
    }
  }
  parts[lane] = sums;
  workgroupBarrier();
  var total = vec2f(0.0);
  for (var t = 0u; t < 64u; t++) {
    total += parts[t];
  }
  let answer = exp(logits[begin + a] - most.x) / total.x;
  let nan = bitcast<f32>(0x7f800000u | (bad << 22u));
  for (var t = lane; t < params.V; t += 64u) {
    let p = exp(logits[begin + t] - most.x) / total.x;
    let own = f32(t == a);
    var value = own - p;
    if (kind == PROB) {
      value *= answer;
    } else if (kind == KL) {
      value = p - exp(references[reference + t] - most.y) / total.y;
    } else if (kind == WEIGHTED) {
      value = references[reference + t];
    }
    value = select(weight * value, nan, bad == 1u);
    if (params.add == 1u) {
      value += out[begin + t];
    }
    out[begin + t] = value;
  }
}
