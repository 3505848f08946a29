// Makes x agree with s along a direction: x += ((s - x).d)/(d.d) w over the columns of each entry,
// where w is d, or another vector. With s = 0 it removes the direction; d = 0 changes nothing.
//
// Entry (11 words): 0 element offset in x, 1 columns, 2 buffer of s (0 values, 1 source, 2 none: s =
// 0), 3 buffer of d (0 values, 1 source), 4 offset of the first d there, 5 offset of the first s, 6
// step of d from column to column (0 constant, 1 per column), 7 step of s, 8 to 10 buffer, offset and
// step of w.
// Entries of one dispatch must not overlap in x.
// Bindings: 0 entries u32 [n,11], 1 values, 2 source, 3 x, 4 params (rows counts entries).
// Workgroups: one per 4 entries, numbered y * num_workgroups.x + x; 16 threads per entry stride
// over its columns.
// Numerics: sums per thread, added in a fixed order. If s equals x everywhere, x keeps its bits.

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

fn number(buffer: u32, at: u32) -> f32 {
  if (buffer == 0u) {
    return values[at];
  }
  if (buffer == 1u) {
    return source[at];
  }
  return 0.0;
}

fn direction(entry: u32, c: u32) -> f32 {
  return number(entries[entry + 3u], entries[entry + 4u] + entries[entry + 6u] * c);
}

fn target_of(entry: u32, c: u32) -> f32 {
  return number(entries[entry + 2u], entries[entry + 5u] + entries[entry + 7u] * c);
}

fn moved_along(entry: u32, c: u32) -> f32 {
  return number(entries[entry + 8u], entries[entry + 9u] + entries[entry + 10u] * c);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = 4u * (group.y * groups.x + group.x) + lane / 16u;
  let first = lane % 16u;
  let entry = 11u * (params.row0 + i);
  let start = entries[entry];
  // An entry past the end has no columns but takes part in the barrier.
  let columns = select(0u, min(entries[entry + 1u], params.maxCols), i < params.rows);
  var part = vec2f(0.0);
  for (var c = first; c < columns; c += 16u) {
    let d = direction(entry, c);
    part += vec2f((target_of(entry, c) - x[start + c]) * d, d * d);
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
    x[start + c] = x[start + c] + share * moved_along(entry, c);
  }
}
