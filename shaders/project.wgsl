// Removes a direction: x -= (x.v)/(v.v) v over the columns of each entry; v = 0 changes nothing.
//
// Entry (8 words): 0 element offset in x, 1 columns, 2 op, 3 where v is read (0 values, 1 source, 2 nowhere),
// 4 offset of the first v there, 5 offset of the low-order parts in values (0xffffffff: none), 6 step from column to
// column (0 constant, 1 per column), 7 alpha as f32 bits.
// Op, low-order parts and alpha are not read. Entries of one dispatch must not overlap in x.
// Bindings: 0 entries u32 [n,8], 1 values, 2 source, 3 x, 4 params (rows counts entries).
// Workgroups: one per 4 entries, numbered y * num_workgroups.x + x; 16 threads per entry stride over its columns.
// Numerics: sums per thread, added in a fixed order.

struct Params {
  row0: u32,
  rows: u32,
  maxCols: u32,
}

@group(0) @binding(0) var<storage, read> entries: array<u32>;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read_write> x: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> parts: array<vec2f, 64>;

fn direction(entry: u32, c: u32) -> f32 {
  let at = entries[entry + 4u] + entries[entry + 6u] * c;
  if (entries[entry + 3u] == 0u) {
    return values[at];
  }
  return source[at];
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = 4u * (group.y * groups.x + group.x) + lane / 16u;
  let first = lane % 16u;
  let entry = 8u * (params.row0 + i);
  let start = entries[entry];
  // An entry past the end has no columns, but takes part in the barrier.
  let columns = select(0u, min(entries[entry + 1u], params.maxCols), i < params.rows);
  var part = vec2f(0.0);
  for (var c = first; c < columns; c += 16u) {
    let v = direction(entry, c);
    part += vec2f(x[start + c] * v, v * v);
  }
  parts[lane] = part;
  workgroupBarrier();
  var sum = vec2f(0.0);
  for (var t = lane - first; t < lane - first + 16u; t++) {
    sum += parts[t];
  }
  if (sum.y == 0.0) {
    return;
  }
  let share = sum.x / sum.y;
  for (var c = first; c < columns; c += 16u) {
    x[start + c] = x[start + c] - share * direction(entry, c);
  }
}
