// Cut edges of neurons: what a neuron adds to the stream is its activation times its row of W_out, which is read where
// it lies, so that no tensor holds the contributions of all neurons.
//
//   x[place + first + d] += constant + sum_j weight_j * source[row + n_j] * w[n_j*wNeuron + d*wCol], d < D.
//
// Shapes: source [*,M]; w the columns [first, first+D) of W_out, stored [M,D] (wNeuron = D, wCol = 1) or [D,M] (1, M).
// Entry (5 words): 0 place, element offset in x; 1 row, element offset in source; 2 first term; 3 number of terms;
// 4 constant as f32 bits. Term (2 words): 0 neuron n; 1 weight as f32 bits.
// Entries of one dispatch must not overlap in x.
// Before it: lib/weights_f32.wgsl or lib/weights_f16.wgsl.
// Bindings: 0 entries u32 [n,5], 1 terms u32 [m,2], 2 source, 3 w, 4 x, 5 params (rows counts entries).
// Workgroups: one thread per (entry, column < D), numbered y * num_workgroups.x + x.
// Numerics: as cut.wgsl; the product behind W_out sums in another order, so all neurons together leave its rounding.

struct Params {
  row0: u32,
  rows: u32,
  D: u32,
  first: u32,
  wNeuron: u32,
  wCol: u32,
}

@group(0) @binding(0) var<storage, read> entries: array<u32>;
@group(0) @binding(1) var<storage, read> terms: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read> w: array<WeightWord>;
@group(0) @binding(4) var<storage, read_write> x: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let i = index / params.D;
  let d = index % params.D;
  if (i >= params.rows) {
    return;
  }
  let entry = 5u * (params.row0 + i);
  let row = entries[entry + 1u];
  let begin = entries[entry + 2u];
  let end = begin + entries[entry + 3u];
  var sum = bitcast<f32>(entries[entry + 4u]);
  for (var j = begin; j < end; j++) {
    let n = terms[2u * j];
    let at = n * params.wNeuron + d * params.wCol;
    let activation = bitcast<f32>(terms[2u * j + 1u]) * source[row + n];
    sum += activation * unpack(w[at / WEIGHTS_PER_WORD], at);
  }
  x[entries[entry] + params.first + d] += sum;
}
