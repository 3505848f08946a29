// Backward of clamp edits: d becomes 0 in the cells of an entry whose value before the edit was outside
// [low, high].
//
// Entry (4 words): 0 element offset in before and d, 1 columns, 2 low and 3 high as f32 bits.
// Bindings: 0 entries u32 [n,4], 1 before, 2 d, 3 params (rows counts entries).
// Workgroups: one thread per (entry, column < maxCols), numbered y * num_workgroups.x + x.
// Numerics: exact.

struct Params {
  row0: u32,
  rows: u32,
  maxCols: u32,
}

@group(0) @binding(0) var<storage, read> entries: array<u32>;
@group(0) @binding(1) var<storage, read> before: array<f32>;
@group(0) @binding(2) var<storage, read_write> d: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let entry = 4u * (params.row0 + index / params.maxCols);
  let c = index % params.maxCols;
  if (index / params.maxCols >= params.rows || c >= entries[entry + 1u]) {
    return;
  }
  let i = entries[entry] + c;
  let isWithin = before[i] >= bitcast<f32>(entries[entry + 2u])
    && before[i] <= bitcast<f32>(entries[entry + 3u]);
  d[i] = select(0.0, d[i], isWithin);
}
