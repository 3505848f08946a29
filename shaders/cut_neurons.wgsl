// As cut.wgsl, for the neurons of one MLP as senders: a neuron's contribution is its activation
// times its row of W_out, times the model's factor `scale`. W_out is read in place, so no tensor
// holds the contributions of all neurons.
//
//   x[row, h, first + d] -= share * scale * (sum over cut neurons n, ascending, of deltas[n] * W_out[n, first + d]),
//   d < D,
//
// then the record's constant is added. A neuron's delta is its activation minus its replacement.
// Shapes: x at element row*xRow + h*xHead + d; deltas [*,M]; w is columns [first, first+D) of
// W_out, stored [M,D] (wNeuron = D, wCol = 1) or [D,M] (wNeuron = 1, wCol = M).
// rows, sets and masks as in cut.wgsl, with one bit per neuron; own rows below `count` exist, for
// others the base's row is read.
// Before it: lib/weights_f32.wgsl or lib/weights_f16.wgsl.
// Bindings: 0 rows, 1 sets, 2 masks, 3 deltas, 4 w, 5 x, 6 params (rows counts entries of rows).
// Workgroups: one thread per (row, head, column < D), numbered y * num_workgroups.x + x.
// Numerics: as cut.wgsl. W_out's own product sums in another order, so cutting all neurons leaves
// its rounding.

struct Params {
  row0: u32,
  rows: u32,
  D: u32,
  heads: u32,
  xRow: u32,
  xHead: u32,
  M: u32,
  words: u32,
  count: u32,
  first: u32,
  wNeuron: u32,
  wCol: u32,
  scale: f32,
}

@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read> sets: array<u32>;
@group(0) @binding(2) var<storage, read> masks: array<u32>;
@group(0) @binding(3) var<storage, read> deltas: array<f32>;
@group(0) @binding(4) var<storage, read> w: array<WeightWord>;
@group(0) @binding(5) var<storage, read_write> x: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let d = index % params.D;
  let head = (index / params.D) % params.heads;
  let i = index / (params.D * params.heads);
  if (i >= params.rows) {
    return;
  }
  let entry = 5u * (params.row0 + i);
  let record = sets[rows[entry + 2u] * params.heads + head] * (params.words + 2u);
  if (record == 0u) {
    return;
  }
  let own = rows[entry + 3u];
  let at = select(rows[entry + 4u], own, own < params.count) * params.M;
  var sum = 0.0;
  for (var word = 0u; word < params.words; word++) {
    var left = masks[record + 2u + word];
    while (left != 0u) {
      let n = 32u * word + firstTrailingBit(left);
      left &= left - 1u;
      let weight = n * params.wNeuron + d * params.wCol;
      sum += deltas[at + n] * unpack(w[weight / WEIGHTS_PER_WORD], weight);
    }
  }
  let place = rows[entry] * params.xRow + head * params.xHead + params.first + d;
  x[place] += bitcast<f32>(masks[record + 1u]) - bitcast<f32>(masks[record]) * params.scale * sum;
}
