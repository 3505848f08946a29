// Applies a table of edits to x: op 0 set x = v; 1 add x = x + alpha v; 2 scale x = alpha x; 3 lerp
// x = (1 - alpha) x + alpha v; 4 clamp x = min(max(x, low), high); 5 min x = min(x, v). Clamp and
// min keep NaN and infinity.
//
// Entry (11 words): 0 element offset in x, 1 columns, 2 op, 3 buffer of v (0 values, 1 source, 2
// none), 4 offset of the first v there, 5 offset of the low-order parts in values (0xffffffff:
// none), 6 step from column to column (0 constant, 1 per column), 7 alpha as f32 bits, 8 samples, 9
// step from sample to sample in x, 10 the same in the buffer of v. For clamp: 4 low and 7 high as
// f32 bits.
// Entries of one dispatch must not overlap in x.
// Before it: lib/finite.wgsl.
// Bindings: 0 entries u32 [n,11], 1 values, 2 source, 3 x, 4 params (rows counts entries).
// Workgroups: one thread per (entry, sample < samples, column < maxCols), numbered y *
// num_workgroups.x + x.
// Numerics: with low-order parts and alpha 1, x + (hi + lo) is summed with the rounding error of x
// + hi (Knuth's TwoSum) and rounded once. That is the float64 sum rounded to f32, on adapters that
// do not reorder float additions, and if hi + lo (48 bits) is close enough to the float64 value:
// unless x and v cancel by some 20 bits.

struct Params {
  row0: u32,
  rows: u32,
  maxCols: u32,
  samples: u32,
}

@group(0) @binding(0) var<storage, read> entries: array<u32>;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read_write> x: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn add_wide(a: f32, hi: f32, lo: f32) -> f32 {
  let sum = a + hi;
  let part = sum - a;
  let error = (a - (sum - part)) + (hi - part);
  return sum + (error + lo);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let c = index % params.maxCols;
  let sample = index / params.maxCols % params.samples;
  let i = index / params.maxCols / params.samples;
  let entry = 11u * (params.row0 + i);
  if (i >= params.rows || c >= entries[entry + 1u] || sample >= entries[entry + 8u]) {
    return;
  }
  let place = entries[entry] + sample * entries[entry + 9u] + c;
  let op = entries[entry + 2u];
  let kind = entries[entry + 3u];
  let at = entries[entry + 6u] * c + sample * entries[entry + 10u];
  let low = entries[entry + 5u];
  let alpha = bitcast<f32>(entries[entry + 7u]);
  let old = x[place];
  var v = 0.0;
  if (kind == 0u) {
    v = values[entries[entry + 4u] + at];
  } else if (kind == 1u) {
    v = source[entries[entry + 4u] + at];
  }
  var value = v;
  if (op == 1u) {
    if (low != 0xffffffffu && alpha == 1.0) {
      value = add_wide(old, v, values[low + at]);
    } else {
      value = old + alpha * v;
    }
  } else if (op == 2u) {
    value = alpha * old;
  } else if (op == 3u) {
    value = (1.0 - alpha) * old + alpha * v;
  } else if ((op == 4u || op == 5u) && !is_finite(old)) {
    value = old;
  } else if (op == 4u) {
    value = min(max(old, bitcast<f32>(entries[entry + 4u])), alpha);
  } else if (op == 5u) {
    value = min(old, v);
  }
  x[place] = value;
}
