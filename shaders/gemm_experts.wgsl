// Products of each row with the matrices of its chosen experts; offsets and strides in elements:
//   out[p*N + n] = sum_k a[s*K + k] w[wOffset + e*wExpert + k*wRow + n*wCol - wBegin]
//       + (hasBias == 1 ? bias[bOffset + e*bExpert + n*bCol] : 0),
//   p = r*A + j, e = the expert of chosen[p], s = p if perChoice == 1 (a row per choice), else r.
// Outputs whose first weight is not among the wSize bound elements from wBegin on are unchanged: w
// is split between outputs, or between experts.
//
// Shapes: chosen [R,A], a [R,K] or [R,A,K], out [R,A,N].
// Before it: lib/weights_f32.wgsl or lib/weights_f16.wgsl; lib/finite.wgsl, lib/expert.wgsl.
// Bindings: 0 chosen, 1 a, 2 w, 3 bias (with hasBias 0 any buffer: not read), 4 out, 5 params.
// Workgroups: one thread per 4 outputs of a choice, numbered y * num_workgroups.x + x.
// Numerics: f32 accumulators, k in order; an output depends on its own row alone.

struct Params {
  row0: u32,
  rows: u32,
  K: u32,
  N: u32,
  X: u32,
  A: u32,
  perChoice: u32,
  wOffset: u32,
  wExpert: u32,
  wRow: u32,
  wCol: u32,
  wBegin: u32,
  wSize: u32,
  hasBias: u32,
  bOffset: u32,
  bExpert: u32,
  bCol: u32,
}

@group(0) @binding(0) var<storage, read> chosen: array<f32>;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<WeightWord>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

fn weight_at(i: u32) -> f32 {
  return unpack(w[i / WEIGHTS_PER_WORD], i);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let perChoice = (params.N + 3u) / 4u;
  let choice = index / perChoice;
  if (choice >= params.rows * params.A) {
    return;
  }
  let p = params.row0 * params.A + choice;
  let e = expert_at(chosen[p], params.X);
  let n = 4u * (index % perChoice) + vec4u(0u, 1u, 2u, 3u);
  let first = params.wOffset + e * params.wExpert + n * params.wCol;
  let isHere = (n < vec4u(params.N)) & (first >= vec4u(params.wBegin))
    & (first - params.wBegin < vec4u(params.wSize));
  if (!any(isHere)) {
    return;
  }
  // Columns that are not bound read any weight and are not stored.
  let start = select(vec4u(0u), first - params.wBegin, isHere);
  let aStart = select(p / params.A, p, params.perChoice == 1u) * params.K;
  var sum = vec4f();
  for (var k = 0u; k < params.K; k++) {
    let at = start + k * params.wRow;
    let weight = vec4f(weight_at(at.x), weight_at(at.y), weight_at(at.z), weight_at(at.w));
    sum += a[aStart + k] * weight;
  }
  for (var c = 0u; c < 4u; c++) {
    if (isHere[c]) {
      var value = sum[c];
      if (params.hasBias == 1u) {
        value += bias[params.bOffset + e * params.bExpert + n[c] * params.bCol];
      }
      out[p * params.N + n[c]] = value;
    }
  }
}
