// Applies a user's function to cells: x = edit(x, row, col), where row is the position and col the
// column within its row.
//
// Entry (4 words): 0 element offset of the first cell, 1 columns, 2 position, 3 column of the first
// cell.
// Entries of one dispatch must not overlap.
// Before it: lib/edit_nothing.wgsl, or the user's snippet instead (edit). A snippet may not use the
// names below.
// Bindings: 0 entries u32 [n,4], 1 cells, 2 params (rows counts entries).
// Workgroups: one thread per (entry, column < maxCols), numbered y * num_workgroups.x + x.
// Numerics: the user's.

struct Params {
  row0: u32,
  rows: u32,
  maxCols: u32,
}

@group(0) @binding(0) var<storage, read> entries: array<u32>;
@group(0) @binding(1) var<storage, read_write> cells: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let i = index / params.maxCols;
  let c = index % params.maxCols;
  let entry = 4u * (params.row0 + i);
  if (i >= params.rows || c >= entries[entry + 1u]) {
    return;
  }
  let place = entries[entry] + c;
  cells[place] = edit(cells[place], entries[entry + 2u], entries[entry + 3u] + c);
}
