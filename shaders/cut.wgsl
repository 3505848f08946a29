// Cuts edges in many graphs at once: in each receiver's input, replaces the contributions of the
// senders that are cut from it. A sender's delta is its contribution minus its replacement.
//
//   x[row, h, d] = start - share * (sum over cut senders i, ascending, of deltas[i, d]) + constant, d < D.
//
// Shapes: x at element row*xRow + h*xHead + d; stream [*,D]; deltas [*,senders,D], for senders
// first + i, i < senders.
// rows u32 [n,5]: 0 row of x; 1 row of stream; 2 class; 3 row of the run's own deltas; 4 row of its
// base's deltas.
// sets u32 [classes,heads]: each head's record in masks; 0 cuts nothing.
// masks u32 [records,2+words]: 0 share and 1 constant as f32 bits; then one bit per sender of the
// model, lowest first.
// counts u32 [senders]: a sender's delta is in the run's own row if that is below its count,
// otherwise in the base's.
// `start` is x itself, or the row of stream if fresh is 1; `constant` is added if constants is 1,
// before the senders.
// Bindings: 0 rows, 1 sets, 2 masks, 3 counts, 4 deltas, 5 stream, 6 x, 7 params (rows counts
// entries of rows).
// Workgroups: one thread per (row, four heads, c < S), S = ceil(D/4), for the columns c, c+S, c+2S
// and c+3S, so that a delta is read once for 4 x 4 numbers; numbered y * num_workgroups.x + x.
// Numerics: f32, sender by sender starting with `start`, so the bits do not depend on how senders
// are split among dispatches. Subtracting everything that was added to x leaves the rounding of x's
// own sum, about 1e-7 of its largest partial sum, where float64 leaves 0 (or biases); a following
// norm amplifies that by up to 1/sqrt(eps).

struct Params {
  row0: u32,
  rows: u32,
  D: u32,
  heads: u32,
  xRow: u32,
  xHead: u32,
  first: u32,
  senders: u32,
  words: u32,
  fresh: u32,
  constants: u32,
}

@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read> sets: array<u32>;
@group(0) @binding(2) var<storage, read> masks: array<u32>;
@group(0) @binding(3) var<storage, read> counts: array<u32>;
@group(0) @binding(4) var<storage, read> deltas: array<f32>;
@group(0) @binding(5) var<storage, read> stream: array<f32>;
@group(0) @binding(6) var<storage, read_write> x: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

// First word of a head's record; for heads past the end record 0, which cuts nothing.
fn record_of(reader: u32, head: u32) -> u32 {
  if (head >= params.heads) {
    return 0u;
  }
  return sets[reader * params.heads + head] * (params.words + 2u);
}

fn begin(row: u32, source: u32, head: u32, record: u32, d: vec4u) -> vec4f {
  let constant = select(0.0, bitcast<f32>(masks[record + 1u]), params.constants == 1u);
  if (head >= params.heads) {
    return vec4f(0.0);
  }
  if (params.fresh == 1u) {
    let at = vec4u(source * params.D) + d;
    return vec4f(stream[at.x], stream[at.y], stream[at.z], stream[at.w]) + constant;
  }
  let at = vec4u(row * params.xRow + head * params.xHead) + d;
  return vec4f(x[at.x], x[at.y], x[at.z], x[at.w]) + constant;
}

fn write(row: u32, head: u32, record: u32, d: vec4u, values: vec4f) {
  if (head >= params.heads || (record == 0u && params.fresh == 0u)) {
    return;
  }
  for (var c = 0u; c < 4u; c++) {
    if (d[c] < params.D) {
      x[row * params.xRow + head * params.xHead + d[c]] = values[c];
    }
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let quarter = (params.D + 3u) / 4u;
  let quads = (params.heads + 3u) / 4u;
  let i = index / (quarter * quads);
  if (i >= params.rows) {
    return;
  }
  let entry = 5u * (params.row0 + i);
  let row = rows[entry];
  let source = rows[entry + 1u];
  let reader = rows[entry + 2u];
  let own = rows[entry + 3u];
  let base = rows[entry + 4u];
  let head = 4u * ((index / quarter) % quads);
  let d = vec4u(index % quarter) + quarter * vec4u(0u, 1u, 2u, 3u);
  // Columns past the end read the last one and are not written.
  let inside = min(d, vec4u(params.D - 1u));
  let record = vec4u(
    record_of(reader, head),
    record_of(reader, head + 1u),
    record_of(reader, head + 2u),
    record_of(reader, head + 3u),
  );
  if (params.fresh == 0u && all(record == vec4u(0u))) {
    return;
  }
  var a = begin(row, source, head, record.x, inside);
  var b = begin(row, source, head + 1u, record.y, inside);
  var c = begin(row, source, head + 2u, record.z, inside);
  var e = begin(row, source, head + 3u, record.w, inside);
  let share = vec4f(
    bitcast<f32>(masks[record.x]),
    bitcast<f32>(masks[record.y]),
    bitcast<f32>(masks[record.z]),
    bitcast<f32>(masks[record.w]),
  );
  let end = params.first + params.senders;
  for (var word = params.first / 32u; 32u * word < end; word++) {
    let at = record + vec4u(2u + word);
    var bits = vec4u(masks[at.x], masks[at.y], masks[at.z], masks[at.w]);
    // Skips senders of other tensors.
    if (32u * word < params.first) {
      bits &= vec4u(0xffffffffu << (params.first - 32u * word));
    }
    if (32u * word + 32u > end) {
      bits &= vec4u(0xffffffffu >> (32u * word + 32u - end));
    }
    var left = bits.x | bits.y | bits.z | bits.w;
    while (left != 0u) {
      let bit = firstTrailingBit(left);
      left &= left - 1u;
      let sender = 32u * word + bit - params.first;
      let place = select(base, own, own < counts[sender]);
      let at_d = vec4u((place * params.senders + sender) * params.D) + inside;
      let delta = vec4f(deltas[at_d.x], deltas[at_d.y], deltas[at_d.z], deltas[at_d.w]);
      let cut = ((bits >> vec4u(bit)) & vec4u(1u)) == vec4u(1u);
      if (cut.x) {
        a -= share.x * delta;
      }
      if (cut.y) {
        b -= share.y * delta;
      }
      if (cut.z) {
        c -= share.z * delta;
      }
      if (cut.w) {
        e -= share.w * delta;
      }
    }
  }
  write(row, head, record.x, d, a);
  write(row, head + 1u, record.y, d, b);
  write(row, head + 2u, record.z, d, c);
  write(row, head + 3u, record.w, d, e);
}
