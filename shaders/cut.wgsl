// Cut edges: adds to each entry's D columns of x a weighted sum of rows of one source tensor. Of a cut edge the weights
// are -share for what its sender contributes and +share for what replaces it.
//
//   x[place + d] = (fresh ? 0 : x[place + d]) + (constant + sum_j weight_j * source[row + column_j + d]), d < D.
//
// Entry (5 words): 0 place, element offset in x; 1 row, element offset in source; 2 first term; 3 number of terms;
// 4 constant as f32 bits. Term (2 words): 0 column; 1 weight as f32 bits.
// Entries of one dispatch must not overlap in x.
// Bindings: 0 entries u32 [n,5], 1 terms u32 [m,2], 2 source, 3 x, 4 params (rows counts entries).
// Workgroups: one thread per (entry, c < S), S = ceil(D/4), for the columns c, c+S, c+2S and c+3S, so that a term is read
// once for four of them; numbered y * num_workgroups.x + x.
// Numerics: terms are summed in f32 in the order of the table, the constant first, and x is added last. x minus all that
// was added to it leaves the rounding of x's own sum, some 1e-7 of its largest partial sum, where float64 leaves 0 (or
// biases); a norm that follows makes that larger by up to 1/sqrt(eps).

struct Params {
  row0: u32,
  rows: u32,
  D: u32,
  fresh: u32,
}

@group(0) @binding(0) var<storage, read> entries: array<u32>;
@group(0) @binding(1) var<storage, read> terms: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read_write> x: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let quarter = (params.D + 3u) / 4u;
  let i = index / quarter;
  if (i >= params.rows) {
    return;
  }
  let entry = 5u * (params.row0 + i);
  // Columns past the end are read at the last one, and not written.
  let d = vec4u(index % quarter) + quarter * vec4u(0u, 1u, 2u, 3u);
  let at = vec4u(entries[entry + 1u]) + min(d, vec4u(params.D - 1u));
  let begin = entries[entry + 2u];
  let end = begin + entries[entry + 3u];
  var sum = vec4f(bitcast<f32>(entries[entry + 4u]));
  for (var j = begin; j < end; j++) {
    let read_at = at + vec4u(terms[2u * j]);
    let weight = bitcast<f32>(terms[2u * j + 1u]);
    sum += weight * vec4f(source[read_at.x], source[read_at.y], source[read_at.z], source[read_at.w]);
  }
  for (var c = 0u; c < 4u; c++) {
    if (d[c] >= params.D) {
      return;
    }
    let place = entries[entry] + d[c];
    x[place] = select(x[place], 0.0, params.fresh == 1u) + sum[c];
  }
}
